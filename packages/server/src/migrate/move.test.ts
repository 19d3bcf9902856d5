/** A server with people's data moves from SQLite to PostgreSQL, while it is asked things. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { asked } from '@polynya/reach/test/asked';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Snapshot } from '../engine/engine.ts';
import { SqliteEngine } from '../engine/sqlite/sqlite-engine.ts';
import { databasePath } from '../kept/server-state.ts';
import { type RunningServer, startServer } from '../serve.ts';
import { entry, hashOf, id, refused, secret } from '../test/ids.ts';
import { missingPostgres, PostgresCluster } from '../test/postgres-cluster.ts';
import { newLogOn } from '../test/server-process.ts';
import { WireClient } from '../test/wire-client.ts';
import { moveStopped, moveToPostgres } from './move.ts';
import { WriteGate } from './write-gate.ts';

const random = systemRandom;

test('the gate waits for what is being written, then puts writers off with `busy`, and lets readers through', async () => {
  const writing = Promise.withResolvers<[]>();
  const gate = new WriteGate({
    open: () => ({
      call: ({ op }, answered) => {
        if (op === 'create') void writing.promise.then(answered);
        else answered([]);
      },
      end: () => undefined,
    }),
  });
  const session = gate.open({ push: () => undefined, backlog: () => 0, connected: true });
  const [log, hash] = [id(), secret()];
  const create = { op: 'create', log, kind: 0, hash, allowance: hash } as const;
  const first = asked(session, create);
  let closed = false;
  const closing = gate.close().then(() => {
    closed = true;
  });
  await expect(asked(session, create)).rejects.toMatchObject(refused('busy'));
  await asked(session, { op: 'read', n: 1, from: 1, bytes: 1 });
  expect(closed).toBe(false);
  writing.resolve([]);
  await Promise.all([first, closing]);
  await expect(gate.write(async () => 1)).rejects.toThrow(ProtocolError);
  gate.reopen();
  expect(await gate.write(async () => 1)).toBe(1);
});

describe.skipIf(missingPostgres)(`to PostgreSQL${missingPostgres}`, () => {
  let cluster: PostgresCluster;
  let folder = '';
  beforeAll(async () => {
    cluster = await PostgresCluster.start();
  }, 60_000);
  afterAll(() => cluster.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'polynya-move-'));
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await cluster.empty();
    await cluster.query('DELETE FROM copied_from');
  });

  const start = (postgres?: string) =>
    startServer({
      dataDir: folder,
      ...(postgres !== undefined && { postgres }),
      host: '127.0.0.1',
      port: 0,
      clock: systemSteadyClock,
      random,
      log: () => undefined,
    });
  const connect = ({ endpoints, identity }: RunningServer) =>
    WireClient.connect(endpoints[0] ?? '', identity);
  /** A server on SQLite with one log of two entries. */
  async function inhabited() {
    const server = await start();
    const client = await connect(server);
    const made = await newLogOn(client, { invite: await server.invite(1, 1) });
    await client.ask('append', { n: 1, entries: [entry(0, 'one'), entry(0, 'two')] });
    return { server, client, ...made };
  }
  const options = () => ({ dataDir: folder, postgres: cluster.url, random });

  test('all of it is there afterwards; the old server only reads, and does not start again', async () => {
    const { server, client, log, capability } = await inhabited();
    const { tables } = await server.desk.move(cluster.url);
    expect(tables).toMatchObject({ log: { rows: 1 }, entry: { rows: 2 }, allowance: { rows: 1 } });
    await expect(client.ask('append', { n: 1, entries: [entry()] })).rejects.toMatchObject({
      code: 'busy',
      retryAfter: 5_000,
    });
    expect((await client.ask('read', { n: 1, from: 1, bytes: 1_000 })).head).toBe(2);
    await expect(server.invite(1, 1)).rejects.toMatchObject(refused('busy'));
    client.close();
    await server.close();
    await expect(start()).rejects.toThrow('is in PostgreSQL now');
    const after = await start(cluster.url);
    const later = await connect(after);
    await later.ask('open', { n: 1, log, secret: capability });
    await later.ask('append', { n: 1, entries: [entry(0, 'three')] });
    const { entries } = await later.ask('read', { n: 1, from: 1, bytes: 10_000 });
    expect(entries.map(({ body }) => Buffer.from(body).toString())).toEqual([
      'one',
      'two',
      'three',
    ]);
    later.close();
    await after.close();
  });

  test('a copy that is cut short, or is not like the original, changes nothing, and writers go on', async () => {
    const { server, client } = await inhabited();
    await client.ask('append', { n: 1, entries: [entry()] });
    client.close();
    await server.close();
    const engine = new SqliteEngine({ path: databasePath(folder), now: Date.now, random });
    const snapshot = async (scratch: string) => cutShort(await engine.snapshot(scratch));
    const short = moveToPostgres({ engine: { snapshot }, ...options() });
    await expect(short).rejects.toThrow('cut short');
    expect(await cluster.query('SELECT 1 FROM log')).toEqual([]);
    await cluster.query(`CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NEW.epoch := NEW.epoch + 1; RETURN NEW; END $$`);
    await cluster.query(
      'CREATE TRIGGER spoil BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION spoil()',
    );
    const unlike = moveToPostgres({ engine, ...options() });
    await expect(unlike).rejects.toThrow('table entry is not like the original');
    expect(await cluster.query('SELECT 1 FROM log')).toEqual([]);
    await cluster.query('DROP FUNCTION spoil CASCADE');
    await engine.close();
    await expect(cluster.query('SELECT 1 FROM copied_from')).resolves.toEqual([]);
    expect((await moveStopped(options())).tables).toMatchObject({ entry: { rows: 3 } });
  });

  test('a copy that nobody served from is made again; any other database has to be empty', async () => {
    const { server, client } = await inhabited();
    client.close();
    await server.close();
    await moveStopped(options());
    // As if the power had gone between the copy and the note that it was made.
    rmSync(join(folder, 'moved-to-postgres'));
    expect((await moveStopped(options())).tables).toMatchObject({ entry: { rows: 2 } });
    await expect(moveStopped(options())).rejects.toThrow('was moved to PostgreSQL already');
    await (await start(cluster.url)).close();
    rmSync(join(folder, 'moved-to-postgres'));
    await expect(moveStopped(options())).rejects.toThrow('not empty');
  });
});

/** Ends in the middle. */
const cutShort = (snapshot: Snapshot): Snapshot => ({
  ...{ engine: snapshot.engine, schema: snapshot.schema, tables: snapshot.tables },
  rows: (table) => {
    if (table.name === 'entry') throw new Error('cut short');
    return snapshot.rows(table);
  },
  close: () => snapshot.close(),
});

test('what hashes of rows say does not depend on their order', async () => {
  const { RowSum } = await import('./row-sum.ts');
  const rows = [
    [1, hashOf(secret())],
    [2, hashOf(secret())],
  ];
  const [a, b, c] = [new RowSum(), new RowSum(), new RowSum()];
  for (const row of rows) a.add(row);
  for (const row of rows.toReversed()) b.add(row);
  c.add(rows[0] ?? []);
  expect(a.hash).toBe(b.hash);
  expect(c.hash).not.toBe(a.hash);
});
