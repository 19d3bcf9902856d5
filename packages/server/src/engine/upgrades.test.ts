/** A database, and a backup, of every schema that there was: rows of that time are there under today's program. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { systemRandom } from '@polynya/reach/clock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeBackup } from '../backup/backup.ts';
import { restoreBackup } from '../backup/restore.ts';
import { DayKeys } from '../kept/day-keys.ts';
import { databasePath, keyFolder, loadServerKeys, makeDataDir } from '../kept/server-state.ts';
import { hashOf, id, secret } from '../test/ids.ts';
import { missingPostgres, PostgresCluster } from '../test/postgres-cluster.ts';
import type { Engine } from './engine.ts';
import { PostgresEngine } from './postgres/postgres-engine.ts';
import { SCHEMAS } from './schemas.ts';
import { openDatabase } from './sqlite/database.ts';
import { SqliteSnapshot } from './sqlite/snapshot.ts';
import { SqliteEngine } from './sqlite/sqlite-engine.ts';

const HOUR = 3_600_000;
const NOW = 500_000 * HOUR;
const random = systemRandom;
const now = () => NOW;
const hour = NOW / HOUR;
const RELEASED = Array.from({ length: SCHEMAS.sqlite ?? 0 }, (_, i) => i + 1);

const [log, blob, subscription] = [id(), id(), id()];
const [capability, reader, allowance, invite] = [secret(), secret(), secret(), secret()];
const said = Buffer.from('said long ago');
const piece = Buffer.from('a piece');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-upgrades-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Whatever columns a table had: what they hold, but for bodies. */
function rowsAt(version: number, keys: DayKeys): Record<string, Record<string, unknown>> {
  const sealed = (place: Uint8Array, number: number, body: Buffer) =>
    version < 2 ? body : keys.seal(hour, { id: place, number }, body);
  const until = version < 5 ? hour + 48 : (hour + 48) * 60;
  const each = { logs: 5, bytes: 10 ** 9, invites: 5 };
  const bytes = said.length + 256;
  return {
    log: { log, kind: 0, head: 1, first: 1, epoch: 0, closed: 0, oldest: hour, bytes },
    capability: { log, epoch: 0, hash: hashOf(capability), seq: 0, first: 0 },
    entry: {
      ...{ log, seq: 1, kind: 0, epoch: 0, id: id(), body: sealed(log, 1, said) },
      ...{ closes: 0, next: new Uint8Array(0), hour },
    },
    blob: { blob, hash: hashOf(reader), drop_hash: secret(), pieces: 1, bytes: piece.length, hour },
    piece: { blob, number: 0, body: sealed(blob, 0, piece) },
    allowance: { hash: hashOf(allowance), ...each, until: 0 },
    ...(version >= 6 && {
      subscription: { log, id: subscription, epoch: 0, until: hour + 1, sealed: secret() },
    }),
    invite: { hash: hashOf(invite), uses: 1, until, tag: secret(), ...each, terms: secret() },
  };
}

function inhabit(db: DatabaseSync, version: number, keys: DayKeys): void {
  for (const [table, row] of Object.entries(rowsAt(version, keys))) {
    const columns = db.prepare(`PRAGMA table_info(${table})`).all();
    const names = columns.map(({ name }) => String(name));
    const values = names.map((name) => row[name] as number | Uint8Array);
    const places = names.map(() => '?').join();
    db.prepare(`INSERT INTO ${table} (${names.join()}) VALUES (${places})`).run(...values);
  }
}

/** A data folder as a server of that schema left it. */
function folderAt(version: number): string {
  const dataDir = join(folder, 'old');
  makeDataDir(dataDir);
  loadServerKeys(dataDir, random);
  const keys = new DayKeys(keyFolder(dataDir), random);
  // What was sealed later needs its day's key, which a server makes with its first body.
  keys.seal(hour, { id: log, number: 1 }, said);
  const db = openDatabase(databasePath(dataDir), 'OFF', keys, version);
  inhabit(db, version, keys);
  db.close();
  return dataDir;
}

async function expectAllOfIt(engine: Engine, version: number): Promise<void> {
  const { access } = await engine.open(log, hashOf(capability));
  const { entries } = await engine.read(log, access, 1, 10_000);
  expect(entries.map(({ seq, body }) => [seq, Buffer.from(body)])).toEqual([[1, said]]);
  expect(Buffer.from(await engine.getPiece(blob, hashOf(reader), 0))).toEqual(piece);
  expect((await engine.allowance(hashOf(allowance))).logs).toBe(5);
  expect(await engine.subscriptions(log)).toHaveLength(version < 6 ? 0 : 1);
  await engine.admit(hashOf(invite), hashOf(secret()));
}

test.each(RELEASED)(
  'a database of schema %i is brought forward when a server starts',
  async (version) => {
    const path = databasePath(folderAt(version));
    const engine = new SqliteEngine({ path, now, random });
    await expectAllOfIt(engine, version);
    await engine.close();
  },
);

/** As the server of that time made it: nothing is brought forward. */
async function backupAt(version: number) {
  const old = folderAt(version);
  const [file, keysFile] = [join(folder, 'backup'), join(folder, 'keys.json')];
  const snapshot = async () => new SqliteSnapshot(databasePath(old), join(folder, 'none'));
  const engine = { snapshot };
  await makeBackup({ engine, dataDir: old, keepDays: 30, file, keysFile, now, random });
  return { file, keysFile, dataDir: join(folder, 'new'), random };
}

test.each(RELEASED)('a backup of schema %i is restored into SQLite', async (version) => {
  const options = await backupAt(version);
  await restoreBackup(options);
  const engine = new SqliteEngine({ path: databasePath(options.dataDir), now, random });
  await expectAllOfIt(engine, version);
  await engine.close();
});

describe.skipIf(missingPostgres)(`with PostgreSQL${missingPostgres}`, () => {
  let cluster: PostgresCluster;
  beforeAll(async () => {
    cluster = await PostgresCluster.start();
  }, 60_000);
  afterAll(() => cluster.stop());

  test.each([1, RELEASED.length - 1])(
    'a backup of schema %i is restored into PostgreSQL',
    async (version) => {
      const options = await backupAt(version);
      await restoreBackup({ ...options, postgres: cluster.url });
      const keys = keyFolder(options.dataDir);
      const engine = await PostgresEngine.open({ url: cluster.url, keyFolder: keys, now, random });
      await expectAllOfIt(engine, version);
      await engine.close();
      await cluster.empty();
    },
  );
});
