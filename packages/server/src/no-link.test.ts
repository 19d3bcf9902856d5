/** What a seized database can say about who made what: nothing. */

import { createECDH } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parseConfig } from './config.ts';
import { Delivery } from './delivery.ts';
import { SqliteEngine } from './engine/sqlite/sqlite-engine.ts';
import { openPush } from './push/open-push.ts';
import { isPublicAddress } from './push/public-address.ts';
import { TestSession } from './test/delivery-bench.ts';
import { entry, hashOf, id, secret } from './test/ids.ts';

const NOW = 1_800_000_123_456;
const admission = ['allowance', 'invite'];

let folder = '';
let db: DatabaseSync;
const secrets: Uint8Array[] = [];
const logs: Uint8Array[] = [];
let walOfLife = Buffer.alloc(0);
let walAfterCrash: Buffer;

const kept = () => {
  const bytes = secret();
  secrets.push(bytes);
  return bytes;
};

/** What the write-ahead log still shows. */
const written = () => readFileSync(join(folder, 'polynya.db-wal'));

/** People are admitted, invite each other, make logs and blobs; then the database is seized. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-no-link-'));
  const path = join(folder, 'polynya.db');
  const now = () => NOW;
  const engine = new SqliteEngine({ path, now, random: systemRandom });
  const report = (error: unknown) => {
    throw error;
  };
  const pushed = { ...{ engine, now, random: systemRandom, report }, clock: systemSteadyClock };
  const push = openPush(folder, [], { ...pushed, mayReach: isPublicAddress });
  const config = parseConfig();
  const delivery = new Delivery({ engine, config, now, report, push: push.get });
  // The same one for all three.
  const key = createECDH('prime256v1').generateKeys();
  const browser = { endpoint: 'https://push.example/one', key, auth: secret().subarray(0, 16) };
  const until = NOW / 1_000 + 3_600;
  let invite = kept();
  const each = parseConfig().allowance;
  await engine.invite({
    hash: hashOf(invite),
    uses: 1,
    until: Math.ceil(until),
    tag: secret(),
    each,
  });
  for (let person = 0; person < 3; person++) {
    const session = new TestSession(delivery);
    const [allowance, capability, owner, token, read, drop, next] = Array.from({ length: 7 }, kept);
    if (!allowance || !capability || !owner || !token || !read || !drop || !next) return;
    await session.ask('admit', { invite, allowance });
    invite = kept();
    const granted = { hash: hashOf(invite), uses: 2, until: Math.ceil(until) };
    await session.ask('grant', { allowance, ...granted });
    const [log, inbox, blob] = [id(), id(), id()];
    logs.push(log, inbox, blob);
    await session.ask('create', { log, kind: 0, hash: hashOf(capability), allowance });
    walOfLife = Buffer.concat([walOfLife, written()]);
    await session.ask('open', { n: 1, log, secret: capability });
    await session.ask('append', { n: 1, entries: [entry()] });
    const turn = { closes: true, next: hashOf(next) };
    await session.ask('commit', { n: 1, entry: entry(), turn });
    await session.ask('open', { n: 4, log, secret: next });
    await session.ask('subscribe', { n: 4, id: id(), ...browser });
    await session.ask('create', { log: inbox, kind: 1, hash: hashOf(owner), allowance });
    await session.ask('open', { n: 2, log: inbox, secret: owner });
    await session.ask('allow', { n: 2, hash: hashOf(token), perHour: 60 });
    const packages = [secret(), secret()];
    await session.ask('stock', { n: 2, hash: hashOf(token), packages, last: secret() });
    await session.ask('open', { n: 3, log: inbox, secret: token });
    await session.ask('take', { n: 3, id: id() });
    const hashes = { hash: hashOf(read), drop: hashOf(drop) };
    await session.ask('blob', { blob, ...hashes, pieces: 1, allowance });
    await session.ask('put', { blob, secret: read, index: 0, body: secret() });
  }
  const crashed = join(folder, 'crashed');
  for (const end of ['', '-wal']) copyFileSync(path + end, crashed + end);
  await vi.waitUntil(() => written().length === 0, { timeout: 20_000 });
  await push.close();
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
  expect(logs.some((log) => walOfLife.includes(Buffer.from(log)))).toBe(true);
  expect(walAfterCrash).toHaveLength(0);
});

test('no secret is stored, and no time finer than an hour, but the end of an invite to the minute', () => {
  const all = tables().flatMap(({ name }) => valuesOf(name));
  const stored = new Set(texts(all));
  for (const one of secrets) expect(stored.has(String(one))).toBe(false);
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
