import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { systemRandom } from '@polynya/reach/clock';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DayKeys } from '../../kept/day-keys.ts';
import { refused, secret } from '../../test/ids.ts';
import type { StorageError } from '../engine.ts';
import { openDatabase } from './database.ts';
import { Turns } from './turns.ts';
import { WalSync } from './wal-sync.ts';

let folder = '';
let db: DatabaseSync;
let disk: WalSync;
/** What a turn waits for. */
let sync: () => Promise<void>;
let turns: Turns;
let commits = 0;
let broken: StorageError[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-turns-'));
  const path = join(folder, 'polynya.db');
  db = openDatabase(path, 'FULL', new DayKeys(join(folder, 'keys'), systemRandom));
  commits = 0;
  const committed = () => void commits++;
  broken = [];
  const nothing = () => undefined;
  const fail = (fault: StorageError) => void broken.push(fault);
  disk = new WalSync(db);
  const on = { closing: nothing, committed, durable: nothing, abandoned: nothing, broken: fail };
  sync = disk.sync;
  turns = new Turns(db, path, () => sync(), on);
});
afterEach(() => {
  disk.close();
  rmSync(folder, { recursive: true });
});

const write = () =>
  db
    .prepare('INSERT INTO piece (blob, number, body) VALUES (?, 1, ?)')
    .run(secret(), new Uint8Array(1));
const count = () => Number(db.prepare('SELECT count(*) AS n FROM piece').get()?.n);
const sqliteError = (errcode: number) => Object.assign(new Error('from SQLite'), { errcode });
const writeThenThrow = (error: Error) => () => {
  write();
  throw error;
};

test('all changes of one turn are one transaction, and its reads come after it', async () => {
  const order: string[] = [];
  await Promise.all([
    turns.read(() => order.push(`read ${count()}, in transaction: ${db.isTransaction}`)),
    turns.change(write).then(() => order.push('answered')),
    turns.change(write),
  ]);
  expect(commits).toBe(1);
  expect(order).toEqual(['read 2, in transaction: false', 'answered']);
});

test('a refusal undoes what its own change wrote, and nothing else', async () => {
  const results = await Promise.allSettled([
    turns.change(write),
    turns.change(writeThenThrow(new ProtocolError('quota'))),
    turns.change(write),
  ]);
  expect(results[1]).toMatchObject({ reason: refused('quota') });
  expect([count(), commits]).toEqual([2, 1]);
});

test('a write that refuses before it writes leaves the others of its turn as they are', async () => {
  const results = await Promise.allSettled([
    turns.write(write),
    turns.write(() => {
      throw new ProtocolError('stale');
    }),
    turns.change(writeThenThrow(new ProtocolError('quota'))),
    turns.write(write),
  ]);
  expect(results.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'rejected',
    'fulfilled',
  ]);
  expect([count(), commits]).toEqual([2, 1]);
});

test('a write with a bug takes nobody along, and leaves nothing of itself', async () => {
  const results = await Promise.allSettled([
    turns.write(write),
    turns.write(writeThenThrow(new TypeError('bug'))),
    turns.write(write),
  ]);
  expect(results[1]).toMatchObject({ reason: { name: 'TypeError' } });
  expect(count()).toBe(2);
});

test('a bug, or a change that the disk has no room for, fails alone', async () => {
  const full = 13;
  const results = await Promise.allSettled([
    turns.change(write),
    turns.change(writeThenThrow(new TypeError('bug'))),
    turns.change(writeThenThrow(sqliteError(full))),
    turns.change(write),
  ]);
  expect(results[1]).toMatchObject({ reason: { name: 'TypeError' } });
  expect(results[2]).toMatchObject({ reason: refused('full') });
  expect(count()).toBe(2);
});

test('after an error that leaves the file in doubt nothing is kept or answered any more', async () => {
  const ioErrorFsync = 1_034;
  const failed = { name: 'StorageError', fault: 'unavailable' };
  const results = await Promise.allSettled([
    turns.change(write),
    turns.change(writeThenThrow(sqliteError(ioErrorFsync))),
  ]);
  for (const result of results) expect(result).toMatchObject({ reason: failed });
  expect([count(), commits]).toEqual([0, 0]);
  await expect(turns.change(write)).rejects.toMatchObject(failed);
  await expect(turns.read(count)).rejects.toMatchObject(failed);
  expect(broken).toMatchObject([failed]);
});

test('what cannot be read is refused alone, until eight turns in a row had something', async () => {
  const corruptPage = 11;
  const bad = () =>
    turns.read(() => {
      throw sqliteError(corruptPage);
    });
  const failed = { name: 'StorageError', fault: 'corrupt' };
  for (let i = 0; i < 7; i++) await expect(bad()).rejects.toMatchObject(failed);
  expect(await turns.read(count)).toBe(0);
  for (let i = 0; i < 7; i++) await expect(bad()).rejects.toMatchObject(failed);
  await turns.change(write);
  expect(broken).toEqual([]);
  for (let i = 0; i < 8; i++) await expect(bad()).rejects.toMatchObject(failed);
  expect(broken).toMatchObject([failed]);
  await expect(turns.change(write)).rejects.toMatchObject(failed);
});

test('stopping finishes what was asked for and refuses the rest', async () => {
  const asked = turns.change(write);
  await turns.stop();
  await asked;
  expect(count()).toBe(1);
  await expect(turns.change(write)).rejects.toMatchObject({ name: 'StorageError' });
});

test('nothing is answered or read before the disk has it, and what is asked meanwhile is the next transaction', async () => {
  const done: string[] = [];
  const syncs: (() => void)[] = [];
  sync = () => new Promise((resolve) => syncs.push(resolve));
  const note = (what: string) => () => void done.push(what);
  turns.change(write).then(note('first'));
  turns.read(count).then((n) => note(`reads ${n}`)());
  await vi.waitUntil(() => syncs.length === 1);
  turns.change(write).then(note('second'));
  const reading = turns.read(count).then((n) => note(`reads ${n}`)());
  await setTimeout(20);
  expect([done, commits, count()]).toEqual([[], 1, 1]);
  syncs[0]?.();
  await vi.waitUntil(() => syncs.length === 2);
  expect([done, commits]).toEqual([['first', 'reads 1'], 2]);
  syncs[1]?.();
  await reading;
  expect(done.slice(2)).toEqual(['second', 'reads 2']);
});

test('when the disk fails to sync, neither what was committed nor what waited is answered, and it is not tried again', async () => {
  let syncs = 0;
  const failing = Promise.withResolvers<void>();
  sync = () => {
    syncs++;
    return failing.promise;
  };
  const asked = [turns.change(write), turns.read(count)];
  await vi.waitUntil(() => syncs === 1);
  asked.push(turns.change(write), turns.read(count));
  failing.reject(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }));
  const failed = { name: 'StorageError', fault: 'unavailable' };
  for (const one of asked) await expect(one).rejects.toMatchObject(failed);
  await expect(turns.change(write)).rejects.toMatchObject(failed);
  expect([commits, syncs, broken.length]).toEqual([1, 1, 1]);
  await turns.stop();
});

test('stopping waits for the disk, too', async () => {
  const syncs: (() => void)[] = [];
  sync = () => new Promise((resolve) => syncs.push(resolve));
  let stopped = false;
  const asked = [turns.change(write)];
  await vi.waitUntil(() => syncs.length === 1);
  asked.push(turns.change(write));
  const stopping = turns.stop().then(() => {
    stopped = true;
  });
  await setTimeout(20);
  expect(stopped).toBe(false);
  syncs[0]?.();
  await vi.waitUntil(() => syncs.length === 2);
  expect(stopped).toBe(false);
  syncs[1]?.();
  await Promise.all([...asked, stopping]);
  expect(count()).toBe(2);
});

test('where many ask, more of them share a transaction; who asks alone need not wait for others', async () => {
  sync = async () => undefined;
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1_000);
  await Promise.all(Array.from({ length: 4 }, () => turns.change(write)));
  const early = turns.change(write);
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  expect(commits).toBe(1);
  await Promise.all([early, turns.change(write)]);
  expect(commits).toBe(2);
  turns.change(write);
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  expect(commits).toBe(3);
  clock.mockRestore();
});
