/** A whole server whose logs are in PostgreSQL: what its clients were told outlives it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from './serve.ts';
import { entry, hashOf, id, secret } from './test/ids.ts';
import { missingPostgres, PostgresCluster } from './test/postgres-cluster.ts';
import { WireClient } from './test/wire-client.ts';

describe.skipIf(missingPostgres)(`a server on PostgreSQL${missingPostgres}`, () => {
  let cluster: PostgresCluster;
  let folder = '';
  beforeAll(async () => {
    cluster = await PostgresCluster.start();
    folder = mkdtempSync(join(tmpdir(), 'polynya-serve-pg-'));
  }, 60_000);
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true });
  });

  const start = () =>
    startServer({
      dataDir: join(folder, 'data'),
      postgres: cluster.url,
      host: '127.0.0.1',
      port: 0,
      clock: systemSteadyClock,
      random: systemRandom,
      log: () => undefined,
    });
  const connect = ({ endpoints, identity }: RunningServer) =>
    WireClient.connect(endpoints[0] ?? '', identity);

  test('takes an admission, a log and its entries in one flight, and has them after a restart', async () => {
    const before = await start();
    const [log, capability, allowance] = [id(), secret(), secret()];
    const invite = await before.invite(1, 1);
    const client = await connect(before);
    const answers = await client.send([
      { op: 'admit', invite, allowance },
      { op: 'create', log, kind: 0, hash: hashOf(capability), allowance },
      { op: 'open', n: 1, log, secret: capability },
      { op: 'append', n: 1, entries: [entry(0, 'first')] },
    ]);
    expect(answers.map(({ status }) => status)).toEqual(Array(4).fill('fulfilled'));
    const [blob, read] = [id(), secret()];
    const hashes = { hash: hashOf(read), drop: secret() };
    await client.ask('blob', { blob, ...hashes, pieces: 1, allowance });
    await client.ask('put', { blob, secret: read, index: 0, body: secret('piece') });
    client.close();
    await before.close();

    const after = await start();
    const later = await connect(after);
    await later.ask('open', { n: 1, log, secret: capability });
    const { entries } = await later.ask('read', { n: 1, from: 1, bytes: 1_000 });
    expect(entries.map(({ body }) => Buffer.from(body).toString())).toEqual(['first']);
    expect(await later.ask('get', { blob, secret: read, index: 0 })).toEqual({
      body: secret('piece'),
    });
    later.close();
    await after.close();
  });
});
