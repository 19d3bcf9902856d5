/** A restore drill: a server with people's data is backed up while it works, lost, and made anew. */
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@polynya/reach/clock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { PostgresEngine } from '../engine/postgres/postgres-engine.ts';
import { SCHEMAS } from '../engine/schemas.ts';
import { SqliteEngine } from '../engine/sqlite/sqlite-engine.ts';
import { databasePath, keyFolder, loadServerKeys, makeDataDir } from '../kept/server-state.ts';
import { entry, hashOf, id, secret } from '../test/ids.ts';
import { missingPostgres, PostgresCluster } from '../test/postgres-cluster.ts';
import { makeBackup } from './backup.ts';
import { readBackupKeys } from './backup-keys.ts';
import { restoreBackup } from './restore.ts';

const DAY = 86_400_000;
const START = 20_000 * DAY;
const MEMBER = { role: 'member', epoch: 0 } as const;
const KEEP_DAYS = 30;
const random = systemRandom;

let folder = '';
let now = START;
let engine: Engine;
const log = id();
const capability = secret();
const allowance = secret();
const blob = { blob: id(), hash: secret(), drop: secret(), pieces: 2 };
const piece = Buffer.from('a piece of a blob, as its sender sealed it');

const at = (...names: string[]) => join(folder, ...names);
const clock = () => now;
const openSqlite = (dataDir: string) =>
  new SqliteEngine({ path: databasePath(dataDir), now: clock, random });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-backup-'));
  now = START;
  makeDataDir(at('data'));
  loadServerKeys(at('data'), random);
  engine = openSqlite(at('data'));
  await inhabit(engine);
});
afterEach(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

async function inhabit(engine: Engine): Promise<void> {
  const invite = secret();
  const each = { logs: 9, bytes: 10 ** 9, invites: 9 };
  await engine.invite({ hash: invite, uses: 1, until: 4_000_000_000, tag: secret(), each });
  await engine.admit(invite, allowance);
  await engine.create({ log, kind: 0, hash: hashOf(capability), allowance });
  await engine.createBlob({ ...blob, allowance });
  await engine.putPiece(blob.blob, blob.hash, 0, piece);
  await append(engine, 'one', 'two');
}

const append = (to: Engine, ...texts: string[]) =>
  to.append(
    log,
    MEMBER,
    texts.map((text) => entry(0, text)),
    true,
  );

/** All of them: one answer holds about a thousand. */
async function textsOf(from: Engine): Promise<string[]> {
  const texts: string[] = [];
  for (let next = 1; ; ) {
    const { entries, head } = await from.read(log, MEMBER, next, 1_000_000);
    texts.push(...entries.map(({ body }) => Buffer.from(body).toString()));
    next = (entries.at(-1)?.seq ?? head) + 1;
    if (next > head) return texts;
  }
}

const backUp = (name: string, from: Engine = engine) =>
  makeBackup({
    engine: from,
    dataDir: at('data'),
    keepDays: KEEP_DAYS,
    file: at(name),
    keysFile: at('keys.json'),
    now: clock,
    random,
  });
const restore = (name: string, to: string, keysFile = at('keys.json')) =>
  restoreBackup({ file: at(name), keysFile, dataDir: at(to), random });

/** What is there after a restore: what people had, and what they may still do. */
async function expectAllOf(restored: Engine, texts: readonly string[]): Promise<void> {
  expect((await restored.open(log, hashOf(capability))).state.head).toBe(texts.length);
  expect(await textsOf(restored)).toEqual(texts);
  expect(await restored.getPiece(blob.blob, blob.hash, 0)).toEqual(new Uint8Array(piece));
  expect(await restored.allowance(allowance)).toMatchObject({ logs: 8, invites: 9 });
  await append(restored, 'after the restore');
  expect((await textsOf(restored)).at(-1)).toBe('after the restore');
}

async function retain(): Promise<void> {
  const since = (now - KEEP_DAYS * DAY) / 3_600_000;
  const ages = { entriesSince: since, blobsSince: since, largeBlobsSince: since };
  const rest = { largeBlob: 10 ** 9, maxBytes: 10 ** 12, now: now / 3_600_000 };
  while (await engine.retain({ ...ages, ...rest }));
  await engine.scrub();
}

test('a lost server is made anew, identity and all, by its backup and the file of keys', async () => {
  const report = await backUp('backup');
  expect(report).toMatchObject({ rows: { entry: 2, blob: 1, piece: 1, log: 1 }, forgotten: 0 });
  const identity = readFileSync(at('data', 'server-keys.json'));
  await append(engine, 'three: too late for the backup');
  await engine.close();
  rmSync(at('data'), { recursive: true });

  expect(await restore('backup', 'new')).toMatchObject({ rows: report.rows, days: 1 });
  expect(readFileSync(at('new', 'server-keys.json'))).toEqual(identity);
  engine = openSqlite(at('new'));
  await expectAllOf(engine, ['one', 'two']);
});

test('while a backup is made the server goes on, and the backup holds one moment', async () => {
  let made = false;
  const backing = backUp('backup').finally(() => {
    made = true;
  });
  let appended = 0;
  while (!made) {
    await append(engine, `a${appended}`, `b${appended}`);
    appended++;
  }
  await backing;
  await engine.scrub();
  expect(await textsOf(engine)).toHaveLength(2 + 2 * appended);
  await restore('backup', 'new');
  const restored = openSqlite(at('new'));
  const texts = await textsOf(restored);
  // Batches are there whole or not at all.
  expect(texts.slice(2)).toEqual(
    Array.from({ length: (texts.length - 2) / 2 }, (_, i) => [`a${i}`, `b${i}`]).flat(),
  );
  await restored.close();
});

test('a backup shows nothing without the file of keys: no id, no hash, no body', async () => {
  await backUp('backup');
  const content = readFileSync(at('backup'));
  const identity = readFileSync(at('data', 'server-keys.json'));
  for (const needle of [log, hashOf(capability), allowance, identity.subarray(20, 60)]) {
    expect(content.includes(Buffer.from(needle))).toBe(false);
  }
  const other = at('other-keys.json');
  await expect(restore('backup', 'new', other)).rejects.toThrow('There is no file of backup keys');
  writeFileSync(other, JSON.stringify({ version: 1, backups: {}, days: {} }));
  await expect(restore('backup', 'new', other)).rejects.toThrow('It opens to nothing.');
});

test('a backup older than messages are kept opens to nothing, and a younger one not to what is older', async () => {
  await backUp('first');
  now += 20 * DAY;
  await append(engine, 'three');
  await backUp('second');
  now += 11 * DAY;
  await retain();
  expect(await textsOf(engine)).toEqual(['three']);
  expect(await backUp('third')).toMatchObject({ forgotten: 1, days: 1 });

  await expect(restore('first', 'new')).rejects.toThrow('It opens to nothing.');
  expect(readBackupKeys(at('keys.json'))?.backups.size).toBe(2);
  // Made when 'one' and 'two' were kept: their day's key is gone since, so they are too.
  await restore('second', 'new');
  const restored = openSqlite(at('new'));
  expect(await textsOf(restored)).toEqual(['three']);
  await restored.close();
});

test('what is damaged, cut short or not empty is refused, and leaves nothing behind', async () => {
  await backUp('backup');
  const whole = readFileSync(at('backup'));
  writeFileSync(at('cut'), whole.subarray(0, -20));
  const flipped = Buffer.from(whole);
  flipped[60] = (flipped[60] ?? 0) ^ 1;
  writeFileSync(at('flipped'), flipped);
  for (const name of ['cut', 'flipped']) {
    await expect(restore(name, 'new')).rejects.toThrow(/is damaged/);
    expect(readdirSync(at('new'))).toEqual([]);
  }
  writeFileSync(at('none'), 'no backup');
  await expect(restore('none', 'new')).rejects.toThrow('is no backup');
  mkdirSync(at('full'));
  copyFileSync(at('none'), at('full', 'file'));
  await expect(restore('backup', 'full')).rejects.toThrow('is not empty');
  await expect(backUp('backup')).rejects.toThrow('is there already');
  await restore('backup', 'new');
});

test('whoever died while the file of keys was rewritten finds the new one', async () => {
  await backUp('backup');
  cpSync(at('keys.json'), at('keys.json.next'));
  writeFileSync(at('keys.json'), Buffer.alloc(200));
  expect(await restore('backup', 'new')).toMatchObject({ days: 1 });
});

describe.skipIf(missingPostgres !== '')(`with PostgreSQL${missingPostgres}`, () => {
  let cluster: PostgresCluster;
  beforeAll(async () => {
    cluster = await PostgresCluster.start();
  });
  afterAll(() => cluster.stop());

  const openPostgres = (dataDir: string) =>
    PostgresEngine.open({ url: cluster.url, keyFolder: keyFolder(dataDir), now: clock, random });

  test('a backup of one engine is restored into the other, and back', async () => {
    await backUp('from-sqlite');
    const { url } = cluster;
    const options = { file: at('from-sqlite'), keysFile: at('keys.json'), random };
    await restoreBackup({ ...options, dataDir: at('moved'), postgres: url });
    const moved = await openPostgres(at('moved'));
    await expectAllOf(moved, ['one', 'two']);
    await expect(
      restoreBackup({ ...options, dataDir: at('again'), postgres: url }),
    ).rejects.toThrow('is not empty');
    await makeBackup({
      ...options,
      engine: moved,
      dataDir: at('moved'),
      keepDays: KEEP_DAYS,
      file: at('from-postgres'),
      now: clock,
    });
    await moved.close();
    await restore('from-postgres', 'back');
    const back = openSqlite(at('back'));
    await expectAllOf(back, ['one', 'two', 'after the restore']);
    await back.close();
  });
});

test('the numbers of the schemas are those of the engines', async () => {
  const snapshot = await engine.snapshot(at('scratch'));
  expect(snapshot.schema).toBe(SCHEMAS.sqlite);
  await snapshot.close();
});
