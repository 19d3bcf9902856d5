import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemRandom } from '@polynya/reach/clock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engineBounds } from '../../test/engine-bounds.ts';
import { engineContract } from '../../test/engine-contract.ts';
import { engineInvites } from '../../test/engine-invites.ts';
import type { OpenEngine } from '../../test/engine-stand.ts';
import { engineSubscriptions } from '../../test/engine-subscriptions.ts';
import { engineSurveys } from '../../test/engine-surveys.ts';
import { entry, hashOf, id, secret } from '../../test/ids.ts';
import { LOG_BYTES } from '../engine.ts';
import { SqliteEngine } from './sqlite-engine.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-engine-'));
  path = join(folder, 'polynya.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const now = () => 1_800_000_000_000;

const open: OpenEngine = async (now, logBytes = LOG_BYTES) =>
  new SqliteEngine({ path, now, random: systemRandom, logBytes });
engineContract('SQLite', open);
engineBounds('SQLite', open);
engineInvites('SQLite', open);
engineSurveys('SQLite', open);
engineSubscriptions('SQLite', open);

async function withLog(engine: SqliteEngine) {
  const [log, owner, invite, allowance] = [id(), secret(), secret(), secret()];
  const each = { logs: 9, bytes: 10 ** 9, invites: 0 };
  await engine.invite({ hash: invite, uses: 1, until: 2_000_000_000, tag: secret(), each });
  await engine.admit(invite, allowance);
  await engine.create({ log, kind: 0, hash: hashOf(owner), allowance });
  return { log, owner, allowance, access: (await engine.open(log, hashOf(owner))).access };
}

/** The file that a descriptor is of, unless it was closed meanwhile. */
function tryReadlink(descriptor: string): string | undefined {
  try {
    return readlinkSync(descriptor);
  } catch {
    return undefined;
  }
}

/** The beginnings of all bodies, as they are stored. */
function sealedBodies(database: string): Buffer[] {
  const db = new DatabaseSync(database);
  const rows = db.prepare('SELECT body FROM entry UNION ALL SELECT body FROM piece').all();
  db.close();
  return rows.map(({ body }) => Buffer.from(body as Uint8Array).subarray(0, 40));
}

describe('the database file', () => {
  test('keeps everything over a restart', async () => {
    const before = new SqliteEngine({ path, now, random: systemRandom });
    const { log, owner, access } = await withLog(before);
    await before.append(log, access, [entry(0, 'kept')], true);
    await before.close();
    const after = new SqliteEngine({ path, now, random: systemRandom });
    expect((await after.open(log, hashOf(owner))).state).toMatchObject({ head: 1 });
    await after.close();
  });

  test.runIf(existsSync('/proc/self/fd'))(
    'has its log where it is, wherever a link to it lies',
    async () => {
      const elsewhere = join(folder, 'elsewhere');
      mkdirSync(elsewhere);
      // As if it were the log, which SQLite has beside the database.
      writeFileSync(`${path}-wal`, '');
      symlinkSync(join(elsewhere, 'real.db'), path);
      const engine = new SqliteEngine({ path, now, random: systemRandom });
      const open = readdirSync('/proc/self/fd').flatMap((fd) => {
        const file = tryReadlink(`/proc/self/fd/${fd}`);
        return file?.startsWith(folder) ? [relative(folder, file)] : [];
      });
      expect(new Set(open)).toEqual(new Set(['elsewhere/real.db', 'elsewhere/real.db-wal']));
      await withLog(engine);
      await engine.close();
    },
  );

  test('is refused to a second server', async () => {
    const first = new SqliteEngine({ path, now, random: systemRandom });
    expect(() => new SqliteEngine({ path, now, random: systemRandom })).toThrow(
      expect.objectContaining({ name: 'StorageError', fault: 'in-use' }),
    );
    await withLog(first);
    await first.close();
  });

  test('is refused when it is damaged, and left as it was', async () => {
    const engine = new SqliteEngine({ path, now, random: systemRandom });
    const { log, access } = await withLog(engine);
    for (let i = 0; i < 50; i++) {
      await engine.append(log, access, [entry(0, 'x'.repeat(2_000))], true);
    }
    await engine.close();
    const good = readFileSync(path);
    const noDatabase = Buffer.from('this is no database at all'.repeat(40));
    const torn = good.subarray(0, good.length / 2);
    const scrambled = Buffer.from(good).fill(0x55, 4_096, 16_384);
    for (const bad of [noDatabase, torn, scrambled]) {
      writeFileSync(path, bad);
      expect(() => new SqliteEngine({ path, now, random: systemRandom })).toThrow(
        expect.objectContaining({ name: 'StorageError', fault: 'corrupt' }),
      );
      expect(readFileSync(path).equals(bad)).toBe(true);
    }
  });

  test('is copied with what came in the very turn that moves the journal', async () => {
    const engine = new SqliteEngine({ path, now, random: systemRandom });
    const { log, access } = await withLog(engine);
    const copying = engine.snapshot(join(folder, 'scratch'));
    // So that it comes after what the copy begins with.
    await Promise.resolve();
    await engine.append(log, access, [entry(0, 'acknowledged')], true);
    const copy = await copying;
    const entries = copy.tables.find(({ name }) => name === 'entry');
    const rows = [];
    for await (const row of copy.rows(entries ?? { name: '', columns: [] })) rows.push(row);
    expect(rows).toHaveLength(1);
    await copy.close();
    await engine.close();
  });

  test('is refused when a newer version made it', async () => {
    await new SqliteEngine({ path, now, random: systemRandom }).close();
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 999');
    db.close();
    expect(() => new SqliteEngine({ path, now, random: systemRandom })).toThrow(
      expect.objectContaining({ name: 'StorageError', fault: 'newer' }),
    );
  });

  test('holds no byte of a dropped blob or of a deleted entry after scrubbing', async () => {
    let engine = new SqliteEngine({ path, now, random: systemRandom });
    const { log, access, allowance } = await withLog(engine);
    const [blob, hash, drop] = [id(), secret(), secret()];
    await engine.createBlob({ blob, hash, drop, pieces: 100, allowance });
    for (let i = 0; i < 100; i++) await engine.putPiece(blob, hash, i, new Uint8Array(6_000));
    const one = entry(0, 'x'.repeat(3_000));
    await engine.append(log, access, [one], true);
    await engine.close();
    const needles = [Buffer.from(one.id), ...sealedBodies(path)];
    expect(needles).toHaveLength(102);
    engine = new SqliteEngine({ path, now, random: systemRandom });
    const holds = () => {
      const content = Buffer.concat([path, `${path}-wal`].map((file) => readFileSync(file)));
      return needles.filter((needle) => content.includes(needle)).length;
    };
    expect(holds()).toBe(102);
    await engine.dropBlob(blob, drop);
    const retention = { entriesSince: 10 ** 9, blobsSince: 0, largeBlobsSince: 0, largeBlob: 1 };
    while (await engine.retain({ ...retention, maxBytes: 10 ** 12, now: 0 }));
    await engine.scrub();
    expect(holds()).toBe(0);
    await engine.close();
  });
});
