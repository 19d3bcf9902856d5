/** What a seized database can say about who made what: nothing. */

import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemRandom } from '@polynya/reach/clock';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { SqliteEngine } from './engine/sqlite/sqlite-engine.ts';
import { type Lives, threeLives } from './test/three-lives.ts';

const NOW = 1_800_000_123_456;
const admission = ['allowance', 'invite'];

let folder = '';
let db: DatabaseSync;
let lives: Lives;
let walOfLife = Buffer.alloc(0);
let walAfterCrash: Buffer;

/** What the write-ahead log still shows. */
const written = () => readFileSync(join(folder, 'polynya.db-wal'));

/** People are admitted, invite each other, make logs and blobs; then the database is seized. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-no-link-'));
  const path = join(folder, 'polynya.db');
  const now = () => NOW;
  const engine = new SqliteEngine({ path, now, random: systemRandom });
  lives = await threeLives(engine, folder, now, () => {
    walOfLife = Buffer.concat([walOfLife, written()]);
  });
  const crashed = join(folder, 'crashed');
  for (const end of ['', '-wal']) copyFileSync(path + end, crashed + end);
  await vi.waitUntil(() => written().length === 0, { timeout: 20_000 });
  await lives.end();
  await engine.close();
  const after = new SqliteEngine({ path: crashed, now, random: systemRandom });
  walAfterCrash = readFileSync(`${crashed}-wal`);
  await after.close();
  db = new DatabaseSync(path);
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const tables = () =>
  db
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all()
    .map(({ name, sql }) => ({ name: String(name), sql: String(sql) }));
const rowsOf = (table: string) => db.prepare(`SELECT * FROM ${table}`).all();
const valuesOf = (table: string) => rowsOf(table).flatMap((row) => Object.values(row));
const texts = (values: readonly unknown[]) =>
  values.filter((value) => value instanceof Uint8Array && value.length > 0).map(String);

test('the tables are these, all strict, without null and without the order of insertion', () => {
  expect(tables().map(({ name }) => name)).toEqual([
    'allowance',
    'blob',
    'capability',
    'contact_token',
    'entry',
    'invite',
    'journal',
    'key_package',
    'log',
    'piece',
    'subscription',
  ]);
  // The journal has an order as the write-ahead log has, for as long, and rows only while there is a load.
  for (const { name, sql } of tables().filter(({ name }) => name !== 'journal')) {
    expect(sql).toMatch(/STRICT, WITHOUT ROWID$/);
    for (const column of db.prepare(`PRAGMA table_info(${name})`).all()) {
      expect(column).toMatchObject({ notnull: 1 });
    }
    expect(rowsOf(name).length).toBeGreaterThan(0);
  }
});

test('allowances and invites have no column for a log or a blob, and only counters besides', () => {
  const columns = (table: string) =>
    db
      .prepare(`PRAGMA table_info(${table})`)
      .all()
      .map((column) => column.name);
  expect(columns('allowance')).toEqual(['hash', 'logs', 'bytes', 'invites', 'until']);
  expect(columns('invite')).toEqual([
    'hash',
    'uses',
    'until',
    'tag',
    'logs',
    'bytes',
    'invites',
    'terms',
  ]);
});

test('no value of an allowance or invite is in any other table, nor one of the one in the other', () => {
  const others = tables()
    .map(({ name }) => name)
    .filter((name) => !admission.includes(name));
  const elsewhere = new Set(texts(others.flatMap(valuesOf)));
  const [allowances, invites] = admission.map((table) => texts(valuesOf(table)));
  expect(allowances).toHaveLength(3);
  for (const value of [...(allowances ?? []), ...(invites ?? [])]) {
    expect(elsewhere.has(value)).toBe(false);
  }
  expect(invites?.filter((value) => allowances?.includes(value))).toEqual([]);
});

test('nor does the write-ahead log show what a debit paid for, but for a moment, nor after a crash in it', () => {
  // That there is something to hide.
  expect(lives.logs.some((log) => walOfLife.includes(Buffer.from(log)))).toBe(true);
  expect(walAfterCrash).toHaveLength(0);
});

test('no secret is stored, and no time finer than an hour, but the end of a short-lived invite to the minute', () => {
  const all = tables().flatMap(({ name }) => valuesOf(name));
  const stored = new Set(texts(all));
  for (const one of lives.secrets) expect(stored.has(String(one))).toBe(false);
  const numbers = all.filter((value) => typeof value === 'number');
  const near = (value: number, time: number) => Math.abs(value - time) < time / 100;
  const times = numbers.filter((value) => near(value, NOW) || near(value, NOW / 1_000));
  expect(times).toEqual([]);
  const minutes = numbers.filter((value) => near(value, NOW / 60_000));
  expect(new Set(minutes)).toEqual(new Set(rowsOf('invite').map(({ until }) => until)));
});

test('nothing shows that three logs have push subscriptions of one browser', () => {
  const rows = rowsOf('subscription');
  expect(rows).toHaveLength(3);
  for (const column of ['log', 'id', 'sealed']) {
    expect(new Set(rows.map((row) => String(row[column]))).size).toBe(3);
  }
  expect(new Set(rows.map(({ sealed }) => (sealed as Uint8Array).length)).size).toBe(1);
  const file = Buffer.concat(rows.map(({ sealed }) => sealed as Uint8Array));
  expect(file.includes('push.example')).toBe(false);
});
