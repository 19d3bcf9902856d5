/** Whatever becomes of single sips, all that a client asks is answered: in virtual time, over a real server. */
import { LIMITS } from '@polynya/protocol/limits';
import { decodeUpSip, encodeDownSip } from '@polynya/protocol/sip';
import fc from 'fast-check';
import { beforeAll, test } from 'vitest';
import { Connection } from '../../client/client.ts';
import { Openings } from '../../client/openings.ts';
import { systemRandom } from '../../clock.ts';
import { seeded } from '../../test/bad-carrier.ts';
import { standingStill } from '../../test/bad-lines.ts';
import { expectEntriesOnce } from '../../test/entries-once.ts';
import { restartingSessions } from '../../test/restarting-sessions.ts';
import { ToyLogs } from '../../test/toy-log.ts';
import { VirtualTime, watchWebCrypto } from '../../test/virtual-time.ts';
import { BodyRoom } from '../post/body.ts';
import type { Post } from '../post/post.ts';
import { Exchanges } from './server.ts';
import { SipCarrier } from './sips.ts';

const TIMES = Number(process.env.POLYNYA_RUNS ?? 1);
const ENDPOINTS = ['a', 'b', 'c', 'd'].map((host) => `https://${host}.example/s`);
/** Of entries, in bytes: in one sip, in two, in many. */
const SIZES = [10, 2_500, 12_000, 40_000];
/** At least a piece of what surely passes, and as much back. */
const BEARS = { min: 2 * LIMITS.surelySip, max: 2 * LIMITS.sip };

beforeAll(watchWebCrypto);

const run = fc.record({
  seed: fc.integer(),
  /** Percent of POSTs that freeze, half of them on the way back. */
  frozen: fc.integer({ min: 0, max: 40 }),
  /** Percent that are refused by something between. */
  refused: fc.integer({ min: 0, max: 10 }),
  restartAt: fc.option(fc.integer({ min: 1_000, max: 120_000 })),
  /** Bytes that one connection bears, both ways together: at first, and after a minute. */
  bears: fc.tuple(fc.integer(BEARS), fc.integer(BEARS)),
});

test(
  'every entry arrives once and in order, though sips freeze by chance or by length, are refused, and the server begins anew',
  () => fc.assert(fc.asyncProperty(run, prove), { numRuns: 10 * TIMES, endOnFailure: true }),
  120_000 * TIMES,
);

async function prove(given: {
  seed: number;
  frozen: number;
  refused: number;
  restartAt: number | null;
  bears: readonly [number, number];
}): Promise<void> {
  const clock = new VirtualTime();
  const chance = seeded(given.seed);
  const logs = new ToyLogs();
  const newHalf = () => new Exchanges(new BodyRoom(), clock);
  const server = await restartingSessions(logs, clock, given.restartAt, newHalf);
  const began = clock.now();
  const post: Post = async (_, body, signal) => {
    const bears = given.bears[clock.now() - began < 60_000 ? 0 : 1];
    const sip = decodeUpSip(body);
    if (sip.piece.length > bears) return standingStill(signal);
    const fate = chance() * 100;
    if (fate < given.frozen / 2) return standingStill(signal);
    if (fate > 100 - given.refused) return null;
    const taken = server.half.take(sip, server.sessions);
    if (taken === 'unknown' || taken === 'no-room') return null;
    const answer = await taken;
    const back = answer.state === 'answer' ? answer.piece.length : 0;
    const freezes = fate < given.frozen || sip.piece.length + back > bears;
    return freezes ? standingStill(signal) : encodeDownSip(answer);
  };
  const options = { endpoints: ENDPOINTS, clock, random: systemRandom, post };
  const open = (_: string, __: AbortSignal, openings = new Openings()) =>
    Promise.resolve(new SipCarrier({ ...options, openings }));
  const connection = new Connection({
    address: { identity: server.sessions.identity(), endpoints: ENDPOINTS },
    carriers: [{ kind: 'sip', spreads: true, open }],
    clock,
    random: systemRandom,
    loadWay: () => Promise.resolve('sip'),
  });
  await expectEntriesOnce(connection, clock, SIZES);
  connection.close();
  server.sessions.stop();
}
