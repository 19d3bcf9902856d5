import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemRandom } from '@polynya/reach/clock';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DayKeys } from '../../kept/day-keys.ts';
import { CheckpointThread } from './checkpoint-thread.ts';
import { Checkpoints } from './checkpoints.ts';
import { databaseUrl, openDatabase } from './database.ts';
import { WalSync } from './wal-sync.ts';

const PAGES = { begin: 40, rest: 8, most: 120 };
/** What two or three transactions write besides. */
const SLACK = 40;

let folder = '';
let path = '';
let db: DatabaseSync;
let disk: WalSync;
let rows = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-checkpoints-'));
  path = join(folder, 'polynya.db');
  db = openDatabase(path, 'FULL', new DayKeys(join(folder, 'keys'), systemRandom));
  disk = new WalSync(db);
  rows = 0;
});
afterEach(() => {
  disk.close();
  rmSync(folder, { recursive: true });
});

/** A transaction of some pages, and what follows it. */
async function turn(checkpoints: Checkpoints): Promise<void> {
  db.prepare('INSERT INTO piece (blob, number, body) VALUES (?, ?, ?)').run(
    new Uint8Array(16),
    rows++,
    new Uint8Array(12_000),
  );
  await disk.sync();
  await checkpoints.turn();
}

const standing = () =>
  db.prepare('PRAGMA wal_checkpoint(NOOP)').get() as { log: number; checkpointed: number };

/** Reads as the next start would, and says how many rows there are. */
function rowsAfterwards(): number {
  const left = new DatabaseSync(path);
  expect(left.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  const count = Number(left.prepare('SELECT count(*) AS n FROM piece').get()?.n);
  left.close();
  return count;
}

/** A thread as a test would have it, in place of a real one. */
const stub = (pass: () => Promise<void>) => ({ pass: vi.fn(pass), stop: async () => undefined });

test('the thread copies while transactions go on, and the log begins anew again and again', async () => {
  const thread = new CheckpointThread(databaseUrl(path));
  const passes = vi.spyOn(thread, 'pass');
  const checkpoints = new Checkpoints(db, disk, PAGES, thread);
  let anew = 0;
  let before = 0;
  for (let i = 0; i < 400; i++) {
    await turn(checkpoints);
    const { log } = standing();
    if (log < before) anew++;
    before = log;
    expect(log).toBeLessThan(PAGES.most + SLACK);
  }
  expect(anew).toBeGreaterThan(5);
  expect(passes.mock.calls.length).toBeGreaterThanOrEqual(anew);
  await checkpoints.stop();
  // The thread's connection is closed, and was not the last one, which empties the log.
  expect(existsSync(`${path}-wal`)).toBe(true);
  disk.close();
  expect(rowsAfterwards()).toBe(400);
  db = openDatabase(path, 'FULL', new DayKeys(join(folder, 'keys'), systemRandom));
  disk = new WalSync(db);
});

test('where the thread fails all is moved between two transactions, and the next time it is tried again', async () => {
  const thread = stub(() => Promise.reject(new Error('no thread')));
  const checkpoints = new Checkpoints(db, disk, PAGES, thread);
  for (let i = 0; i < 200; i++) {
    await turn(checkpoints);
    expect(standing().log).toBeLessThan(PAGES.begin + SLACK);
  }
  expect(thread.pass.mock.calls.length).toBeGreaterThan(5);
  await checkpoints.stop();
});

test('a log that a slow thread lets grow is waited for', async () => {
  let go = (): void => undefined;
  const real = new CheckpointThread(databaseUrl(path));
  const thread = stub(() => new Promise<void>((resolve) => (go = resolve)).then(() => real.pass()));
  const checkpoints = new Checkpoints(db, disk, PAGES, thread);
  let waiting = false;
  while (!waiting) {
    const turning = turn(checkpoints);
    const next = new Promise((resolve) => setTimeout(resolve, 200, 'waits'));
    waiting = (await Promise.race([turning, next])) === 'waits';
    if (waiting) {
      expect(standing().log).toBeGreaterThanOrEqual(PAGES.most);
      expect(standing().log).toBeLessThan(PAGES.most + SLACK);
      const letGo = setInterval(() => go(), 5);
      await turning;
      clearInterval(letGo);
    }
  }
  expect(standing()).toMatchObject({ checkpointed: standing().log });
  await turn(checkpoints);
  expect(standing().log).toBeLessThan(SLACK);
  await Promise.all([checkpoints.stop(), real.stop()]);
});

test('while somebody needs the file to stand still it does, and what comes stays in the log', async () => {
  const checkpoints = new Checkpoints(db, disk, PAGES);
  await checkpoints.alone(async () => {
    checkpoints.truncate();
    const { size, mtimeMs } = statSync(path);
    for (let i = 0; i < 100; i++) await turn(checkpoints);
    expect(statSync(path)).toMatchObject({ size, mtimeMs });
    expect(standing()).toMatchObject({ checkpointed: 0 });
  });
  await vi.waitFor(async () => {
    await turn(checkpoints);
    expect(standing().log).toBeLessThan(PAGES.begin);
  });
  await checkpoints.stop();
});

test('what is emptied is all copied before, so that little is left to be moved here', async () => {
  const thread = new CheckpointThread(databaseUrl(path));
  const checkpoints = new Checkpoints(db, disk, { ...PAGES, begin: 10_000 }, thread);
  for (let i = 0; i < 20; i++) await turn(checkpoints);
  await checkpoints.alone(async () => {
    await checkpoints.copy();
    expect(standing()).toMatchObject({ checkpointed: standing().log });
    checkpoints.truncate();
  });
  expect(statSync(`${path}-wal`).size).toBe(0);
  await checkpoints.stop();
});

test('a disk that fails to sync what was copied is one that fails: nothing is moved or closed after', async () => {
  const real = new CheckpointThread(databaseUrl(path));
  const failing = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
  const spy = vi.spyOn(disk, 'syncDatabase').mockImplementation(async () => {
    disk.fail(failing);
    throw failing;
  });
  const checkpoints = new Checkpoints(db, disk, PAGES, real);
  await expect(
    (async () => {
      for (;;) await turn(checkpoints);
    })(),
  ).rejects.toBe(failing);
  expect(spy).toHaveBeenCalledOnce();
  await checkpoints.stop();
  disk.close();
  expect(db.isOpen).toBe(true);
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(PAGES.begin * 4_096);
  db.close();
  expect(rowsAfterwards()).toBe(rows);
  db = openDatabase(path, 'FULL', new DayKeys(join(folder, 'keys'), systemRandom));
  disk = new WalSync(db);
});
