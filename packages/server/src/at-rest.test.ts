/** Bodies are sealed under daily keys that retention destroys, so that backups forget too. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemRandom } from '@polynya/reach/clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sql as firstSchema } from './engine/sqlite/migrations/0001-first.ts';
import { SqliteEngine } from './engine/sqlite/sqlite-engine.ts';
import { entry, hashOf, id, refused, secret } from './test/ids.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = 20_000 * DAY;
const TEXT = 'the body of an entry, as its sender sealed it';
const PIECE = Buffer.from('a piece of a blob, as its sender sealed it');

let folder = '';
let now = START;
let engine: SqliteEngine;
const log = id();
const capability = secret();
const blob = { blob: id(), hash: secret(), drop: secret(), pieces: 2 };
const MEMBER = { role: 'member', epoch: 0 } as const;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-at-rest-'));
  now = START;
  open();
  const [invite, allowance] = [secret(), secret()];
  const each = { logs: 9, bytes: 10 ** 9, invites: 0 };
  await engine.invite({ hash: invite, uses: 1, until: 4_000_000_000, tag: secret(), each });
  await engine.admit(invite, allowance);
  await engine.create({ log, kind: 0, hash: hashOf(capability), allowance });
  await engine.createBlob({ ...blob, allowance });
  await engine.putPiece(blob.blob, blob.hash, 0, PIECE);
  await append(TEXT, TEXT);
});
afterEach(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

const inFolder = (name: string) => join(folder, name);
const files = ['polynya.db', 'polynya.db-wal'];

function open(): void {
  const path = inFolder('polynya.db');
  engine = new SqliteEngine({ path, now: () => now, random: systemRandom });
}

async function append(...texts: string[]): Promise<void> {
  const entries = texts.map((text) => entry(0, text));
  await engine.append(log, MEMBER, entries, true);
}

async function readAll(from = 1) {
  const { entries, first, head } = await engine.read(log, MEMBER, from, 100_000);
  return { texts: entries.map(({ body }) => Buffer.from(body).toString()), first, head };
}

/** As a backup of the database would: everything but the keys. */
function copyTo(from: (name: string) => string, to: (name: string) => string): void {
  for (const name of files) rmSync(to(name), { force: true });
  for (const name of files) cpSync(from(name), to(name), { force: true });
}
const backup = (name: string) => inFolder(`backup-${name}`);

async function retain(days: number, maxBytes = 10 ** 12): Promise<void> {
  const since = (now - days * DAY) / HOUR;
  const ages = { entriesSince: since, blobsSince: since, largeBlobsSince: since };
  while (await engine.retain({ ...ages, largeBlob: 10 ** 9, maxBytes, now: now / HOUR }));
  await engine.scrub();
}

async function putBack(): Promise<void> {
  await engine.close();
  copyTo(backup, inFolder);
  open();
}

test('neither the database nor its write-ahead log holds a body in clear', () => {
  for (const name of files) {
    const content = readFileSync(inFolder(name));
    for (const needle of [Buffer.from(TEXT), PIECE]) expect(content.includes(needle)).toBe(false);
  }
});

test('a copy of the database opens while the keys are there, and to nothing after retention', async () => {
  copyTo(inFolder, backup);
  await putBack();
  expect((await readAll()).texts).toEqual([TEXT, TEXT]);
  expect(await engine.getPiece(blob.blob, blob.hash, 0)).toEqual(new Uint8Array(PIECE));

  now += 31 * DAY;
  await append('young');
  await retain(30);
  expect(await readAll()).toEqual({ texts: ['young'], first: 3, head: 3 });
  expect(readdirSync(inFolder('keys'))).toHaveLength(1);

  await putBack();
  expect((await engine.open(log, hashOf(capability))).state.head).toBe(2);
  expect(await readAll()).toEqual({ texts: [], first: 3, head: 2 });
  const { blob: which, hash } = blob;
  for (const attempt of [
    engine.getPiece(which, hash, 0),
    engine.putPiece(which, hash, 1, PIECE),
    engine.statBlob(which, hash),
  ]) {
    await expect(attempt).rejects.toMatchObject(refused('not-found'));
  }
  await append('later');
  expect(await readAll()).toEqual({ texts: ['later'], first: 3, head: 3 });
  await retain(30);
  expect(await readAll()).toEqual({ texts: ['later'], first: 3, head: 3 });
});

test('a day whose key was lost is gone, with what came before it in the log', async () => {
  now += DAY;
  await append('on the second day');
  now += DAY;
  await append('on the third day');
  await engine.close();
  rmSync(join(inFolder('keys'), new Date(START + DAY).toISOString().slice(0, 10)));
  open();
  expect(await readAll()).toEqual({ texts: ['on the third day'], first: 4, head: 4 });
});

test('a key stays while a row of its day is kept, and goes when retention by size took them all', async () => {
  now += DAY;
  await append('x'.repeat(60_000));
  await retain(1);
  expect(readdirSync(inFolder('keys'))).toHaveLength(2);
  now += DAY;
  await append('x'.repeat(60_000));
  await retain(30, 150_000);
  expect(await readAll()).toMatchObject({ first: 4, head: 4 });
  expect(readdirSync(inFolder('keys'))).toHaveLength(1);
});

test('a database of the first schema is sealed when it is opened, and its invites still admit', async () => {
  await engine.close();
  rmSync(inFolder('keys'), { recursive: true });
  for (const name of files) rmSync(inFolder(name), { force: true });
  const old = new DatabaseSync(inFolder('polynya.db'));
  old.exec(`${firstSchema} PRAGMA user_version = 1;`);
  const none = new Uint8Array();
  const [hour, gone] = [START / HOUR, id()];
  old.prepare('INSERT INTO log VALUES (?, 0, 1, 1, 0, 0, ?)').run(log, hour);
  old.prepare('INSERT INTO capability VALUES (?, 0, ?, 0)').run(log, hashOf(capability));
  const row = [id(), Buffer.from(TEXT), none, hour] as const;
  old.prepare('INSERT INTO entry VALUES (?, 1, 0, 0, ?, ?, 0, ?, ?)').run(log, ...row);
  const [invite, allowance] = [secret(), secret()];
  old.prepare('INSERT INTO invite VALUES (?, 1, ?, ?)').run(invite, hour + 1, secret());
  const insertBlob = old.prepare('INSERT INTO blob VALUES (?, ?, ?, 2, 9, ?)');
  insertBlob.run(blob.blob, blob.hash, blob.drop, hour);
  insertBlob.run(gone, none, none, 0);
  for (const one of [blob.blob, gone]) {
    old.prepare('INSERT INTO piece VALUES (?, 0, ?)').run(one, PIECE);
  }
  old.close();
  open();
  expect(await readAll()).toEqual({ texts: [TEXT], first: 1, head: 1 });
  expect(await engine.getPiece(blob.blob, blob.hash, 0)).toEqual(new Uint8Array(PIECE));
  expect(readdirSync(inFolder('keys'))).toHaveLength(1);
  await engine.admit(invite, allowance);
  expect((await engine.allowance(allowance)).bytes).toBe(8 * 2 ** 30);
  await engine.scrub();
  const content = readFileSync(inFolder('polynya.db'));
  for (const needle of [Buffer.from(TEXT), PIECE]) expect(content.includes(needle)).toBe(false);
});
