/** Whatever resolvers do to single queries, all that a client asks is answered: in virtual time, over real sessions. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { Connection } from '../../client/client.ts';
import { systemRandom } from '../../clock.ts';
import { seeded } from '../../test/bad-carrier.ts';
import { badResolver, GOOD, type ResolverPlan } from '../../test/bad-resolver.ts';
import { expectEntriesOnce } from '../../test/entries-once.ts';
import { restartingSessions } from '../../test/restarting-sessions.ts';
import { ToyLogs } from '../../test/toy-log.ts';
import { VirtualTime, watchWebCrypto } from '../../test/virtual-time.ts';
import { Cover } from '../cover.ts';
import { sessionsEnd } from '../sessions-end.ts';
import { dnsCarrier, zoneEndpoint } from './dns.ts';
import { TYPE } from './message.ts';
import { Pieces } from './pieces.ts';
import { Zone } from './zone.ts';

const TIMES = Number(process.env.POLYNYA_RUNS ?? 1);
const ZONE = 't.chat.example';
const KEY = new Uint8Array(16).fill(3);
/** Of entries, in bytes: a text, a long one, a small picture. */
const SIZES = [140, 2_500, 9_000];

beforeAll(async () => {
  watchWebCrypto();
  // Loaded before time is virtual: reading files is nothing that it waits for.
  await Promise.all([
    import('./client.ts'),
    import('./mode.ts'),
    import('../cover.ts'),
    import('./resolver.ts'),
  ]);
});

interface Given {
  readonly seed: number;
  readonly plan: ResolverPlan;
  readonly restartAt: number | null;
}

const plan: fc.Arbitrary<ResolverPlan> = fc.record({
  lost: fc.integer({ min: 0, max: 30 }),
  failed: fc.integer({ min: 0, max: 10 }),
  twice: fc.integer({ min: 0, max: 30 }),
  slow: fc.integer({ min: 10, max: 1_500 }),
  types: fc.constantFrom(Object.values(TYPE), [TYPE.TXT], [TYPE.AAAA, TYPE.A]),
  most: fc.constantFrom(512, 1_232),
  tcp: fc.boolean(),
});
const given: fc.Arbitrary<Given> = fc.record({
  seed: fc.integer(),
  plan,
  restartAt: fc.option(fc.integer({ min: 1_000, max: 60_000 })),
});

test(
  'every entry arrives once and in order, though queries are lost, repeated, refused and overtaken, and the server begins anew',
  () =>
    fc.assert(
      fc.asyncProperty(given, async (one) => void (await deliver(one))),
      { numRuns: 5 * TIMES, endOnFailure: true },
    ),
  120_000 * TIMES,
);

test('a resolver that passes on nothing but addresses is enough', async () => {
  const { seconds } = await deliver({
    seed: 5,
    plan: { ...GOOD, types: [TYPE.A], most: 512, tcp: false },
    restartAt: null,
  });
  expect(seconds).toBeLessThan(120);
}, 120_000);

test('a resolver is asked no more than the trials, 8 at once and 25 a second', async () => {
  const { asked, seconds } = await deliver({ seed: 6, plan: GOOD, restartAt: null });
  expect(asked).toBeLessThan(7 + 8 + 25 * seconds);
}, 120_000);

/** How long it took, and how often the resolver was asked. */
async function deliver({ seed, plan, restartAt }: Given) {
  const clock = new VirtualTime();
  const chance = seeded(seed);
  const logs = new ToyLogs();
  const server = await restartingSessions(logs, clock, restartAt, (sessions) => {
    const pieces = new Pieces({ ...sessionsEnd(sessions), clock });
    const cover = new Cover(KEY, systemRandom);
    return new Zone({ zone: ZONE, nameserver: 'chat.example', cover, pieces });
  });
  const ask = badResolver(() => server.half, plan, { clock, chance });
  const connection = new Connection({
    address: { identity: server.sessions.identity(), endpoints: [zoneEndpoint(ZONE, KEY)] },
    carriers: [dnsCarrier(clock, systemRandom, ask)],
    clock,
    random: systemRandom,
  });
  const seconds = await expectEntriesOnce(connection, clock, SIZES);
  const result = { seconds, asked: ask.asked };
  connection.close();
  server.sessions.stop();
  return result;
}
