/** What the zone says to resolvers, and to those who would misuse it: over real sockets, asked by the host's resolver. */
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { type DnsQuery, dnsName, encodeDnsQuery } from '@polynya/protocol/dns-query';
import { decodeDownSip } from '@polynya/protocol/sip';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Connection } from '../../client/client.ts';
import { systemClock, systemRandom } from '../../clock.ts';
import type { ServerSessions } from '../../server/server-sessions.ts';
import { systemSteadyClock } from '../../steady-clock.ts';
import { startSessions } from '../../test/loopback.ts';
import { ToyLogs } from '../../test/toy-log.ts';
import { Cover } from '../cover.ts';
import { sessionsEnd } from '../sessions-end.ts';
import { dnsCarrier, zoneEndpoint } from './dns.ts';
import { serveZone, type ZoneServer } from './listen.ts';
import { decodeAnswer, encodeQuestion, RCODE, TYPE } from './message.ts';
import { Pieces } from './pieces.ts';
import { askResolver } from './resolver.ts';
import { Stream } from './stream.ts';
import { Zone } from './zone.ts';

const ZONE = 't.chat.example';
const KEY = new Uint8Array(16).fill(3);
const cover = new Cover(KEY, systemRandom);
const PATIENCE = { timeout: 60_000 };

let sessions: ServerSessions;
let zone: Zone;
let server: ZoneServer;

beforeEach(async () => {
  sessions = await startSessions(new ToyLogs());
  const pieces = new Pieces({ ...sessionsEnd(sessions), clock: systemSteadyClock });
  zone = new Zone({ zone: ZONE, nameserver: 'chat.example', cover, pieces });
  server = await serveZone(zone, { host: '127.0.0.1', port: 0 }, (error) => {
    throw error;
  });
});
afterEach(async () => {
  await server.close();
  sessions.stop();
});

const at = () => [`127.0.0.1:${server.port}`];

const nothing = new Uint8Array(0);

const named = (query: DnsQuery, fill = 0) =>
  dnsName(cover.coverQuery(encodeDnsQuery(query, fill)), ZONE);

/** As a system's own resolver asks. */
function system(): Resolver {
  const resolver = new Resolver({ timeout: 20_000 });
  resolver.setServers(at());
  return resolver;
}

describe('by the host’s own resolver, over real sockets,', () => {
  test('a text goes up and comes down', async () => {
    const connection = new Connection({
      address: { identity: sessions.identity(), endpoints: [zoneEndpoint(ZONE, KEY)] },
      carriers: [dnsCarrier(systemClock, systemRandom, askResolver(systemRandom, at))],
      clock: systemClock,
      random: systemRandom,
    });
    const log = connection.log(systemRandom(16), systemRandom(32));
    const entry = { id: systemRandom(16), epoch: 0, body: systemRandom(140) };
    expect(await log.append([entry])).toEqual({ seqs: [1] });
    connection.close();
  }, 120_000);

  test('the next nameserver is asked when one is gone', async () => {
    const ask = askResolver(systemRandom, () => ['127.0.0.1:1', ...at()]);
    const query = { name: ZONE, type: TYPE.NS, most: null };
    const asked = () => ask(query, 'tcp', AbortSignal.timeout(PATIENCE.timeout));
    await expect(asked()).rejects.toThrow();
    expect((await asked()).rcode).toBe(RCODE.ok);
  });
});

test('a zone says whose it is, and of no name that it does not exist', async () => {
  expect(await system().resolveNs(ZONE)).toEqual(['chat.example']);
  expect(await system().resolveSoa(ZONE)).toMatchObject({ nsname: 'chat.example', minttl: 0 });
  for (const name of ['a', 'no-such-name', 'a.b.c'].map((label) => `${label}.${ZONE}`)) {
    await expect(system().resolve4(name)).rejects.toMatchObject({ code: 'ENODATA' });
  }
});

test('what is not its own it does not ask for elsewhere', async () => {
  for (const name of ['example.com', 'chat.example', `not${ZONE}`]) {
    await expect(system().resolve4(name)).rejects.toMatchObject({ code: 'EREFUSED' });
  }
});

test('who does not know its key is answered as by a zone without names, whatever is asked', async () => {
  const other = new Cover(systemRandom(16), systemRandom);
  const trial = encodeDnsQuery({ ask: 'trial', most: 1_232 }, 100);
  const ours = cover.coverQuery(trial);
  const answerTo = async (covered: Uint8Array) => {
    const query = encodeQuestion(1, dnsName(covered, ZONE), TYPE.TXT, 1_232);
    return decodeAnswer((await zone.answer(query, 'udp')) ?? nothing);
  };
  expect((await answerTo(ours))?.records).toHaveLength(1);
  for (const covered of [other.coverQuery(trial), trial, ours.subarray(1), nothing]) {
    expect(await answerTo(covered)).toMatchObject({ rcode: RCODE.ok, records: [] });
  }
});

test('no answer over UDP is longer than four times its query', async () => {
  const query = fc.record({
    type: fc.constantFrom(...Object.values(TYPE), 255),
    most: fc.option(fc.nat(65_535)),
    said: fc.nat(255).map((units) => 8 * units),
    fill: fc.nat(110),
  });
  await fc.assert(
    fc.asyncProperty(query, async ({ type, most, said, fill }) => {
      const name = named({ ask: 'trial', most: said }, fill);
      const message = encodeQuestion(1, name, type, most);
      const answer = await zone.answer(message, 'udp');
      expect(answer?.length).toBeLessThanOrEqual(4 * message.length);
      if (most === null) expect(answer?.length).toBeLessThanOrEqual(512);
    }),
  );
});

test('who shows no handle is held to a first flight: a longer body is gone', async () => {
  const ask = async (total: number, offset: number) => {
    const exchange = new Uint8Array(8).fill(total % 251);
    const piece = systemRandom(100);
    const said = encodeDnsQuery({ ask: 'piece', most: 512, exchange, total, offset, piece });
    const covered = cover.coverQuery(said);
    const query = encodeQuestion(1, dnsName(covered, ZONE), TYPE.NULL, 1_232);
    const [record = nothing] =
      decodeAnswer((await zone.answer(query, 'udp')) ?? nothing)?.records ?? [];
    return decodeDownSip(cover.openAnswer(covered, record) ?? nothing).state;
  };
  expect(await ask(4_000, 200)).toBe('taken');
  expect(await ask(5_000, 0)).toBe('gone');
  expect(await ask(5_000, 200)).toBe('gone');
});

test('a body in pieces much smaller than a name takes is gone: each costs more than it says', async () => {
  const pieces = new Pieces({ ...sessionsEnd(sessions), clock: systemSteadyClock });
  const states: string[] = [];
  for (let offset = 1; offset < 4_000 && !states.includes('gone'); offset++) {
    const piece = { total: 4_000, offset, piece: Uint8Array.of(1) };
    const query = { ask: 'piece', most: 512, exchange: new Uint8Array(8), ...piece } as const;
    states.push((await pieces.take(query, 100)).state);
  }
  expect(states.at(-1)).toBe('gone');
  expect(states.length).toBeGreaterThan(4_000 / 40);
});

test(
  'who asks over TCP and does not read what is answered is cut off',
  async () => {
    const client = connect(server.port, '127.0.0.1').on('error', () => undefined);
    const query = encodeQuestion(1, named({ ask: 'trial', most: 2_040 }), TYPE.TXT, null);
    const some = Buffer.concat(Array.from({ length: 16 }, () => Stream.framed(query)));
    let cutOff = false;
    client.on('close', () => {
      cutOff = true;
    });
    while (!client.destroyed) {
      client.write(some);
      await new Promise(setImmediate);
    }
    expect(await cutOff).toBe(true);
  },
  PATIENCE.timeout,
);

test('queries of any form are answered or passed over, over UDP and TCP, and the next one is heard', async () => {
  const socket = createSocket('udp4');
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
      socket.send(bytes, server.port, '127.0.0.1');
      await zone.answer(bytes, 'tcp');
    }),
  );
  socket.close();
  expect(await system().resolveNs(ZONE)).toEqual(['chat.example']);
});
