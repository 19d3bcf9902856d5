/** The Store contract on `node:sqlite`, and what only a file can suffer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { bytes, put, refused, STORE_CONTRACT } from './contract.ts';
import { openSqliteStore } from './sqlite-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'polynya-store-'));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;
const newPath = () => join(folder, `${made++}`, 'store.db');

const WRITER = fileURLToPath(new URL('./sqlite-store.writer.ts', import.meta.url));

/** A writer in a process of its own; resolves once its first batch is acknowledged. */
async function startWriter(path: string, first = 0) {
  const child = spawn(process.execPath, [WRITER, path, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  await once(child.stdout, 'data');
  return {
    /** Kills it and gives the number of the last batch that it saw acknowledged. */
    async kill(): Promise<number> {
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
      return Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1));
    },
  };
}

describe('SqliteStore keeps the Store contract', () => {
  for (const { name, run } of STORE_CONTRACT) {
    it(name, () => {
      const path = newPath();
      return run(() => openSqliteStore(path));
    });
  }
});

describe('SqliteStore', () => {
  it('is for its owner alone: files of mode 0600 in a folder of 0700', async () => {
    const path = newPath();
    const store = await openSqliteStore(path);
    await store.apply([put('log', 'a', 'value')]);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(path, '..'))).toContain('store.db-wal');
    for (const file of readdirSync(join(path, '..'))) {
      expect(statSync(join(path, '..', file)).mode & 0o777, file).toBe(0o600);
    }
    await store.close();
  });

  it('leaves no file behind when destroyed', async () => {
    const path = newPath();
    const store = await openSqliteStore(path);
    await store.apply([put('log', 'a', 'value')]);
    await store.destroy();
    expect(readdirSync(join(path, '..'))).toEqual([]);
  });

  it('leaves nothing of a deleted or replaced value in a closed file', async () => {
    const path = newPath();
    const store = await openSqliteStore(path);
    await store.apply([put('log', 'a', 'a deleted secret'), put('log', 'b', 'a replaced secret')]);
    await store.apply([{ table: 'log', key: 'a', value: null }, put('log', 'b', 'short')]);
    await store.close();
    const left = readFileSync(path);
    expect(left.includes('short')).toBe(true);
    expect(left.includes('secret')).toBe(false);
    expect(readdirSync(join(path, '..'))).toEqual(['store.db']);
  });

  it('refuses a batch for which there is no room as `full` and keeps the rest', async () => {
    const path = newPath();
    const store = await openSqliteStore(path, { maxBytes: 256 * 1024 });
    await store.apply([put('log', 'a', 'kept')]);
    const tooMuch = Array.from({ length: 40 }, (_, i) => ({
      table: 'piece' as const,
      key: String(i),
      value: new Uint8Array(10_000),
    }));
    const error = await refused(store.apply([put('log', 'a', 'replaced'), ...tooMuch]));
    expect(error.code).toBe('full');
    expect(await store.range('log')).toEqual([['a', bytes('kept')]]);
    expect(await store.range('piece')).toEqual([]);
    await store.apply([put('log', 'b', 'small things still fit')]);
    await store.close();
  });

  it('is locked against another process until that one is gone, even by kill -9', async () => {
    const path = newPath();
    const writer = await startWriter(path);
    expect((await refused(openSqliteStore(path))).code).toBe('locked');
    await writer.kill();
    await (await openSqliteStore(path)).close();
  });

  it('is locked against its own process, and the refused opener does not break the lock', async () => {
    const path = newPath();
    const store = await openSqliteStore(path);
    expect((await refused(openSqliteStore(path))).code).toBe('locked');
    const child = spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'pipe', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (chunk) => {
      complaint += chunk;
    });
    const [code] = await once(child, 'close');
    expect(code).not.toBe(0);
    expect(complaint).toContain("code: 'locked'");
    await store.close();
  });

  it('says `corrupt` of a file that is no database, and leaves it alone', async () => {
    const path = join(folder, 'letter.txt');
    const letter = 'Dear Anna, this is no database at all. '.repeat(100);
    writeFileSync(path, letter);
    const error = await refused(openSqliteStore(path));
    expect(error.code).toBe('corrupt');
    expect(error.message).toContain(path);
    expect(readFileSync(path, 'utf8')).toBe(letter);
  });

  it('says `corrupt` of a damaged database', async () => {
    const path = newPath();
    const store = await openSqliteStore(path);
    await store.apply(
      Array.from({ length: 200 }, (_, i) => put('log', String(i), 'x'.repeat(1000))),
    );
    await store.close();
    const damaged = readFileSync(path);
    damaged.fill(0x5a, 4096, 4096 * 40);
    writeFileSync(path, damaged);
    const error = await refused(openSqliteStore(path).then((opened) => opened.range('log')));
    expect(error.code).toBe('corrupt');
  });

  it('says `newer` of a database with migrations it does not know, and changes nothing', async () => {
    const path = newPath();
    await (await openSqliteStore(path)).close();
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 99');
    db.close();
    expect((await refused(openSqliteStore(path))).code).toBe('newer');
    const after = new DatabaseSync(path);
    expect(after.prepare('PRAGMA user_version').get()).toEqual({ user_version: 99 });
    after.close();
  });

  it('says `failed` of a place where nothing can be made', async () => {
    expect((await refused(openSqliteStore('/dev/null/store.db'))).code).toBe('failed');
  });

  it('survives kill -9 in the middle of its work ten times: what was acknowledged is there, whole', async () => {
    const path = newPath();
    let next = 0;
    for (let round = 0; round < 10; round++) {
      const writer = await startWriter(path, next);
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 80));
      const acknowledged = await writer.kill();
      expect(acknowledged).toBeGreaterThanOrEqual(next);

      const store = await openSqliteStore(path);
      const [logs, entries, timeline] = await Promise.all([
        store.range('log'),
        store.range('entry'),
        store.range('timeline'),
      ]);
      await store.close();
      next = logs.length;
      expect(next).toBeGreaterThan(acknowledged);
      expect([entries.length, timeline.length]).toEqual([next, next]);
      for (const [n, [key, value]] of entries.entries()) {
        expect(Number(key)).toBe(n);
        expect(Buffer.compare(value, new Uint8Array((n * 977) % 20_000).fill(n))).toBe(0);
      }
    }
  });
});
