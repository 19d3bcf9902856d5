/** What the zone says to resolvers, and to those who would misuse it: over real sockets, asked by the host's resolver. */
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { DNS_SALT, encodeDnsQuery } from '@polynya/protocol/dns-query';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Connection } from '../../client.ts';
import { systemClock, systemRandom } from '../../clock.ts';
import type { ServerSessions } from '../../server-sessions.ts';
import { systemSteadyClock } from '../../steady-clock.ts';
import { startSessions } from '../../test/loopback.ts';
import { ToyLogs } from '../../test/toy-log.ts';
import { carryOutBy } from './carry-out.ts';
import { dnsCarrier } from './dns.ts';
import { serveZone, type ZoneServer } from './listen.ts';
import { decodeAnswer, encodeQuestion, RCODE, TYPE } from './message.ts';
import { Pieces } from './pieces.ts';
import { askResolver } from './resolver.ts';
import { Zone } from './zone.ts';

const ZONE = 't.chat.example';
const PATIENCE = { timeout: 60_000 };

let sessions: ServerSessions;
let zone: Zone;
let server: ZoneServer;

beforeEach(async () => {
  sessions = await startSessions(new ToyLogs());
  const issued = (handle: Uint8Array) => sessions.issued(handle);
  const pieces = new Pieces({ carryOut: carryOutBy(sessions), issued, clock: systemSteadyClock });
  zone = new Zone({ zone: ZONE, nameserver: 'chat.example', pieces });
  server = await serveZone(zone, { host: '127.0.0.1', port: 0 }, (error) => {
    throw error;
  });
});
afterEach(async () => {
  await server.close();
  sessions.stop();
});

const at = () => [`127.0.0.1:${server.port}`];

/** As a system's own resolver asks. */
function system(): Resolver {
  const resolver = new Resolver({ timeout: 20_000 });
  resolver.setServers(at());
  return resolver;
}

describe('by the host’s own resolver, over real sockets,', () => {
  test('a text goes up and comes down', async () => {
    const connection = new Connection({
      address: { identity: sessions.identity(), endpoints: [`dns:${ZONE}`] },
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
    const once = () => ask(query, 'tcp', AbortSignal.timeout(PATIENCE.timeout));
    await expect(once()).rejects.toThrow();
    expect((await once()).rcode).toBe(RCODE.ok);
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

test('no answer over UDP is longer than four times its query', async () => {
  const query = fc.record({
    type: fc.constantFrom(...Object.values(TYPE), 255),
    most: fc.option(fc.nat(65_535)),
    said: fc.nat(255).map((units) => 8 * units),
    fill: fc.nat(140),
  });
  await fc.assert(
    fc.asyncProperty(query, async ({ type, most, said, fill }) => {
      const trial = { ask: 'trial', most: said, salt: systemRandom(DNS_SALT) } as const;
      const name = encodeDnsQuery(trial, ZONE, systemRandom(fill));
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
    const common = { most: 512, salt: systemRandom(DNS_SALT), exchange };
    const piece = systemRandom(100);
    const name = encodeDnsQuery({ ask: 'piece', ...common, total, offset, piece }, ZONE);
    const answer = await zone.answer(encodeQuestion(1, name, TYPE.NULL, 1_232), 'udp');
    return ['taken', 'answer', 'gone'][
      decodeAnswer(answer ?? new Uint8Array(0))?.records[0]?.[0] ?? 9
    ];
  };
  expect(await ask(4_000, 200)).toBe('taken');
  expect(await ask(5_000, 0)).toBe('gone');
  expect(await ask(5_000, 200)).toBe('gone');
});

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
