import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { systemRandom } from '@polynya/reach/clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DayKeys } from '../../kept/day-keys.ts';
import { refused, secret } from '../../test/ids.ts';
import type { StorageError } from '../engine.ts';
import { openDatabase } from './database.ts';
import { Turns } from './turns.ts';

let folder = '';
let db: DatabaseSync;
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
  turns = new Turns(db, path, { closing: nothing, committed, abandoned: nothing, broken: fail });
});
afterEach(() => {
  db.close();
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
  turns.stop();
  await asked;
  expect(count()).toBe(1);
  await expect(turns.change(write)).rejects.toMatchObject({ name: 'StorageError' });
});
