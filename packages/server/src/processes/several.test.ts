/** Several processes of one server on one PostgreSQL database, behind a load balancer that knows nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinEnvelopes, recordRequest, splitEnvelopes } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import type { ProtocolError } from '@polynya/protocol/protocol-error';
import { decodeDownSip } from '@polynya/protocol/sip';
import type { Carrier, CarrierFactory } from '@polynya/reach/carriers/carrier';
import { postCarrier } from '@polynya/reach/carriers/post/client';
import { fetchPost } from '@polynya/reach/carriers/post/post';
import { Exchange } from '@polynya/reach/carriers/sip/exchange';
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { Connection } from '@polynya/reach/client/client';
import { KnownServer, openEndpointRecord } from '@polynya/reach/client/known-server';
import { systemClock, systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConfigError } from '../config.ts';
import { type RunningServer, startServer } from '../serve.ts';
import { type Balancer, startBalancer } from '../test/balancer.ts';
import { entry, hashOf, id, secret } from '../test/ids.ts';
import { missingPostgres, PostgresCluster } from '../test/postgres-cluster.ts';
import { newLogOn } from '../test/server-process.ts';
import { WireClient } from '../test/wire-client.ts';
import { InsideClient } from './inside-client.ts';

const PATIENCE = { timeout: 60_000, interval: 20 };
const free = { burst: 1_000_000, everyMs: 0 };

const start = (dataDir: string, postgres?: string) =>
  startServer({
    dataDir,
    ...(postgres !== undefined && { postgres }),
    host: '127.0.0.1',
    port: 0,
    inside: { host: '127.0.0.1', port: 0 },
    clock: systemSteadyClock,
    random: systemRandom,
    config: { rates: { makes: free, signals: free } },
    log: () => undefined,
  });

test('SQLite is for one process alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'polynya-several-'));
  await expect(start(folder)).rejects.toThrow(ConfigError);
  rmSync(folder, { recursive: true });
});

describe.skipIf(missingPostgres)(`two processes${missingPostgres}`, () => {
  let cluster: PostgresCluster;
  let folder = '';
  let servers: RunningServer[] = [];
  let balancer: Balancer;
  let invite: Uint8Array;
  beforeAll(async () => {
    cluster = await PostgresCluster.start();
    folder = mkdtempSync(join(tmpdir(), 'polynya-several-'));
  }, 60_000);
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    const data = join(folder, 'data');
    servers = await Promise.all([start(data, cluster.url), start(data, cluster.url)]);
    balancer = await startBalancer(servers.map(portOf));
    invite = await one().invite(10, 1);
    await knowEachOther();
  });
  afterEach(async () => {
    await balancer.close();
    await Promise.all(servers.map((server) => server.close()));
  });

  const portOf = ({ url }: RunningServer) => Number(new URL(url).port);
  const one = (index = 0) => servers[index] as RunningServer;
  const endpointOf = (server: RunningServer) => server.endpoints[0] ?? '';
  const sessionsOf = async (server: RunningServer) => (await server.desk.status()).sessions;
  const recordOf = async (server: RunningServer) => {
    const carrier = await webSocketCarrier.open(endpointOf(server), AbortSignal.timeout(60_000));
    const answer = new Promise<Uint8Array>((resolve) => {
      carrier.onEnvelope = resolve;
    });
    carrier.send(recordRequest(server.identity, systemRandom(16), systemRandom(224)));
    const record = (await answer).subarray(16);
    carrier.close();
    return record;
  };
  const serialOf = async (server: RunningServer) =>
    (await new KnownServer(server.identity).learn(await recordOf(server), Date.now())).serial;
  /** Until each shows a record of the same serial, which it does when it has looked at the table. */
  const knowEachOther = () =>
    vi.waitFor(async () => {
      const [a, b] = await Promise.all(servers.map(serialOf));
      expect(a).toBe(b);
    }, PATIENCE);

  /** Asks the first process for its record, and the other one everything else. */
  const crossed: CarrierFactory = {
    kind: 'websocket',
    open: async (_, signal) => {
      const [first, rest] = await Promise.all(
        servers.map((server) => webSocketCarrier.open(endpointOf(server), signal)),
      );
      return new Crossed(first as Carrier, rest as Carrier);
    },
  };

  test('a session takes POSTs wherever they come in, and stays with the process that began it', async () => {
    const client = await WireClient.connect(balancer.endpoint, one().identity, postCarrier);
    const { log } = await newLogOn(client, { invite });
    for (let i = 1; i <= 6; i++) {
      expect(await client.ask('append', { n: 1, entries: [entry()] })).toEqual({ seqs: [i] });
    }
    expect(log).toHaveLength(16);
    expect((await Promise.all(servers.map(sessionsOf))).toSorted()).toEqual([0, 1]);
    client.close();
  });

  test('a body in sips comes together though each sip comes in elsewhere', async () => {
    const client = await WireClient.connect(balancer.endpoint, one().identity, sipping);
    await newLogOn(client, { invite });
    const body = 'x'.repeat(5_000);
    const answer = client.ask('append', { n: 1, entries: [entry(0, body)] });
    expect(await answer).toEqual({ seqs: [1] });
    client.close();
  });

  test('a WebSocket that leads to the wrong process serves the session all the same, with what is pushed to it', async () => {
    const founder = await WireClient.connect(endpointOf(one(1)), one().identity);
    const { log, capability } = await newLogOn(founder, { invite });
    const client = await WireClient.connect('', one().identity, crossed);
    const heard: unknown[] = [];
    client.onPush = (item) => heard.push(item.item);
    await client.ask('open', { n: 1, log, secret: capability });
    await client.ask('watch', { n: 1 });
    expect(await sessionsOf(one(0))).toBe(1);
    await founder.ask('append', { n: 1, entries: [entry()] });
    await vi.waitFor(() => expect(heard).toEqual(['push']), PATIENCE);
    founder.close();
    client.close();
  });

  test('a signal reaches those who watch at another process, and nobody twice', async () => {
    const clients = await Promise.all(
      servers.map((server) => WireClient.connect(endpointOf(server), server.identity)),
    );
    const [here, there] = clients as [WireClient, WireClient];
    const { log, capability } = await newLogOn(here, { invite });
    await there.ask('open', { n: 7, log, secret: capability });
    const heard: unknown[][] = [[], []];
    for (const [i, client] of [here, there].entries()) {
      client.onPush = (item) => item.item === 'signal' && heard[i]?.push(...item.body);
      await client.ask('watch', { n: i === 0 ? 1 : 7 });
    }
    await here.ask('signal', { n: 1, body: new Uint8Array([1]) });
    await vi.waitFor(() => expect(heard).toEqual([[], [1]]), PATIENCE);
    await there.ask('signal', { n: 7, body: new Uint8Array([2]) });
    await vi.waitFor(() => expect(heard).toEqual([[2], [1]]), PATIENCE);
    for (const client of clients) client.close();
  });

  test('a contact token has one rate, wherever its letters come in', async () => {
    const [here, there] = await Promise.all(
      servers.map((server) => WireClient.connect(endpointOf(server), server.identity)),
    );
    const [inbox, owner, token, allowance] = [id(), secret(), secret(), secret()];
    await here?.ask('admit', { invite, allowance });
    await here?.ask('create', { log: inbox, kind: 1, hash: hashOf(owner), allowance });
    await here?.ask('open', { n: 1, log: inbox, secret: owner });
    await here?.ask('allow', { n: 1, hash: hashOf(token), perHour: 10 });
    for (const one of [here, there]) await one?.ask('open', { n: 2, log: inbox, secret: token });
    const letters = (count: number) => Array.from({ length: count }, () => entry());
    await here?.ask('append', { n: 2, entries: letters(10) });
    // Eleven are more than it ever takes at once; how soon they may come again says how many it has taken.
    const refusal = () =>
      there?.ask('append', { n: 2, entries: letters(11) }).catch((error: unknown) => error);
    const soon = 6 * 60_000;
    await vi.waitFor(async () => {
      const { code, retryAfter } = (await refusal()) as ProtocolError;
      expect(code).toBe('rate');
      expect(retryAfter).toBeGreaterThan(5 * soon);
    }, PATIENCE);
    for (const one of [here, there]) one?.close();
  });

  test('a bridge that one process is told of is told to whoever follows its shelf at another', async () => {
    const client = await WireClient.connect(endpointOf(one(1)), one().identity);
    const { allowance } = await newLogOn(client, { invite });
    const told: string[] = [];
    client.onPush = async (item) => {
      if (item.item !== 'record') return;
      told.push(...(await openEndpointRecord(item.record, one().identity, Date.now())).endpoints);
    };
    await client.ask('follow', { allowance, knows: [], serial: 0 });
    const bridge = 'https://bridge.example/secret';
    await one(0).desk.bridges([bridge], []);
    await vi.waitFor(() => expect(told).toContain(bridge), PATIENCE);
    await one(1).desk.bridges([], [bridge]);
    await vi.waitFor(() => expect(one(0).endpointsFor()).not.toContain(bridge), PATIENCE);
    client.close();
  });

  test('whoever has the record of one process takes that of another one', async () => {
    const known = new KnownServer(one().identity);
    for (const server of [one(0), one(1), one(0)]) {
      await known.learn(await recordOf(server), Date.now());
    }
    const third = await start(join(folder, 'data'), cluster.url);
    servers.push(third);
    await known.learn(await recordOf(third), Date.now());
    await vi.waitFor(
      async () => expect(await known.learn(await recordOf(one()), Date.now())).toBeDefined(),
      PATIENCE,
    );
  });

  test('when a process ends its clients go on with another one, and nothing that was acknowledged is lost', async () => {
    const connection = new Connection({
      address: { identity: one().identity, endpoints: [balancer.endpoint] },
      carriers: [postCarrier],
      clock: systemClock,
      random: systemRandom,
    });
    const [log, capability, allowance] = [id(), secret(), secret()];
    await connection.call<'admit'>({ op: 'admit', invite, allowance });
    const made = { op: 'create', log, kind: 0, hash: hashOf(capability), allowance } as const;
    await connection.call<'create'>(made);
    const handle = connection.log(log, capability);
    await handle.append([entry(0, 'before')]);
    const owner = (await sessionsOf(one(0))) > 0 ? 0 : 1;
    const [gone] = servers.splice(owner, 1);
    balancer.set(servers.map(portOf));
    await gone?.close();
    await handle.append([entry(0, 'after')]);
    const { entries } = await handle.read(1, 10_000);
    expect(entries.map(({ body }) => Buffer.from(body).toString())).toEqual(['before', 'after']);
    connection.close();
  }, 120_000);

  test('who lacks the key that the processes share is not answered where they hand over', async () => {
    const [row] = await cluster.query('SELECT address FROM process LIMIT 1');
    const stranger = new InsideClient(String(row?.address), Buffer.alloc(32, 1));
    expect(await stranger.alive()).toBe(false);
    expect(await stranger.post(new Uint8Array(300), AbortSignal.timeout(60_000))).toBe('away');
    stranger.close();
  });
});

/** Sips without the pauses by which a client stays below what networks count. */
const sipping: CarrierFactory = {
  kind: 'sip',
  open: async (endpoint) => {
    const carrier: Carrier = {
      kind: 'sip',
      polls: true,
      onEnvelope: () => undefined,
      onClose: () => undefined,
      backlog: () => 0,
      close: () => undefined,
      send: async (envelope) => {
        const exchange = new Exchange(systemRandom(16), joinEnvelopes([envelope]), 'said');
        for (let answer: Uint8Array | null = null; !answer; ) {
          const sip = exchange.next(LIMITS.surelySip);
          if (!sip) throw new Error('nothing to ask');
          const down = await fetchPost(endpoint, exchange.post(sip), AbortSignal.timeout(60_000));
          const said = down && decodeDownSip(down);
          if (!said || said.state === 'gone') throw new Error('not answered');
          answer = exchange.take(sip, said);
          for (const one of answer ? splitEnvelopes(answer) : []) carrier.onEnvelope(one);
        }
      },
    };
    return carrier;
  },
};

/** Two WebSockets as one: the first envelope goes by one of them, all others by the other. */
class Crossed implements Carrier {
  readonly kind = 'websocket';
  readonly polls = false;
  readonly #first: Carrier;
  readonly #rest: Carrier;
  #begun = false;

  constructor(first: Carrier, rest: Carrier) {
    this.#first = first;
    this.#rest = rest;
  }

  set onEnvelope(hear: Carrier['onEnvelope']) {
    this.#first.onEnvelope = hear;
    this.#rest.onEnvelope = hear;
  }

  set onClose(hear: Carrier['onClose']) {
    this.#rest.onClose = hear;
  }

  send(envelope: Uint8Array): void {
    (this.#begun ? this.#rest : this.#first).send(envelope);
    this.#begun = true;
  }

  backlog(): number {
    return this.#rest.backlog();
  }

  close(): void {
    this.#first.close();
    this.#rest.close();
  }
}
