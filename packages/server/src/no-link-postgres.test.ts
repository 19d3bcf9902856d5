/** What a seized PostgreSQL database can say about who made what: nothing, as SQLite's (no-link.test.ts). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@polynya/reach/clock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PostgresEngine } from './engine/postgres/postgres-engine.ts';
import { hashOf, id, secret } from './test/ids.ts';
import { missingPostgres, PostgresCluster } from './test/postgres-cluster.ts';
import { type Lives, threeLives } from './test/three-lives.ts';

const NOW = 1_800_000_123_456;
const admission = ['allowance', 'invite'];

describe.skipIf(missingPostgres)(`a database that is seized${missingPostgres}`, () => {
  let cluster: PostgresCluster;
  let engine: PostgresEngine;
  let folder = '';
  let lives: Lives;
  beforeAll(async () => {
    cluster = await PostgresCluster.start();
    folder = mkdtempSync(join(tmpdir(), 'polynya-no-link-pg-'));
    const now = () => NOW;
    const place = { url: cluster.url, keyFolder: join(folder, 'keys'), logBytes: 1e9 };
    engine = await PostgresEngine.open({ ...place, now, random: systemRandom });
    lives = await threeLives(engine, folder, now);
  }, 60_000);
  afterAll(async () => {
    await lives?.end();
    await engine?.close();
    await cluster?.stop();
    rmSync(folder, { recursive: true });
  });

  const tables = async () =>
    (
      await cluster.query(
        `SELECT relname AS name FROM pg_class WHERE relkind IN ('p', 'r') AND NOT relispartition
           AND relnamespace = 'public'::regnamespace`,
      )
    ).map(({ name }) => String(name));
  const rowsOf = (table: string) => cluster.query(`SELECT xmin::text AS writer, * FROM ${table}`);
  const textsOf = async (table: string) =>
    (await rowsOf(table))
      .flatMap((row) => Object.values(row))
      .filter((value) => value instanceof Uint8Array && value.length > 0)
      .map((value) => Buffer.from(value as Uint8Array).toString('hex'));
  /** Which transactions wrote the rows that are there. */
  const writersOf = async (table: string) =>
    new Set((await rowsOf(table)).map(({ writer }) => String(writer)));
  const others = async () => (await tables()).filter((name) => !admission.includes(name));

  test('no value of an allowance or invite is in any other table, nor one of the one in the other', async () => {
    const elsewhere = new Set((await Promise.all((await others()).map(textsOf))).flat());
    for (const log of lives.logs) expect(elsewhere).toContain(Buffer.from(log).toString('hex'));
    const [allowances = [], invites = []] = await Promise.all(admission.map(textsOf));
    expect(allowances).toHaveLength(3);
    for (const value of [...allowances, ...invites]) expect(elsewhere.has(value)).toBe(false);
    expect(invites.filter((value) => allowances.includes(value))).toEqual([]);
  });

  test('no secret is stored', async () => {
    const stored = new Set((await Promise.all((await tables()).map(textsOf))).flat());
    for (const one of lives.secrets) expect(stored).not.toContain(Buffer.from(one).toString('hex'));
  });

  test('nor do rows show that one transaction wrote an allowance and what it paid for, when the hour is over', async () => {
    const made = async () => {
      const writers = await Promise.all([...(await others()), 'invite'].map(writersOf));
      return new Set(writers.flatMap((all) => [...all]));
    };
    const shown = async () => {
      const known = await made();
      return [...(await writersOf('allowance'))].filter((writer) => known.has(writer));
    };
    // That there is something to hide.
    const [, allowance = id()] = lives.secrets;
    const paid = { log: id(), kind: 0, hash: secret(), allowance: hashOf(allowance) };
    await engine.create(paid);
    expect((await shown()).length).toBeGreaterThan(0);
    await engine.scrub();
    expect(await shown()).toEqual([]);
    expect((await writersOf('allowance')).size).toBe(1);
  });

  test('nor which push subscriptions came one after another, as those of one browser do', async () => {
    const [, allowance = id()] = lives.secrets;
    const until = Math.floor(NOW / 3_600_000) + 9;
    for (const log of [id(), id()]) {
      await engine.create({ log, kind: 0, hash: secret(), allowance: hashOf(allowance) });
      const row = { id: id(), epoch: 0, until, sealed: secret() };
      await engine.subscribe(log, { role: 'member', epoch: 0 }, row);
    }
    expect((await writersOf('subscription')).size).toBeGreaterThan(1);
    await engine.scrub();
    expect((await writersOf('subscription')).size).toBe(1);
  });
});
