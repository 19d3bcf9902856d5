/** Whatever becomes of single POSTs, all that a client asks is answered: in virtual time, over a real server. */
import fc from 'fast-check';
import { beforeAll, test } from 'vitest';
import { Connection } from '../../client/client.ts';
import { systemRandom } from '../../clock.ts';
import { seeded } from '../../test/bad-carrier.ts';
import { standingStill } from '../../test/bad-lines.ts';
import { expectEntriesOnce } from '../../test/entries-once.ts';
import { restartingSessions } from '../../test/restarting-sessions.ts';
import { ToyLogs } from '../../test/toy-log.ts';
import { VirtualTime, watchWebCrypto } from '../../test/virtual-time.ts';
import { beginBatch } from './batch.ts';
import { postCarrierBy } from './client.ts';
import type { Post } from './post.ts';

const TIMES = Number(process.env.POLYNYA_RUNS ?? 1);
const ENDPOINTS = ['a', 'b'].map((host) => `https://${host}.example/s`);
/** Of entries, in bytes. */
const SIZES = [10, 2_500, 12_000, 60_000];

beforeAll(watchWebCrypto);

const run = fc.record({
  seed: fc.integer(),
  /** Percent of POSTs that stand still, half of them on the way back. */
  frozen: fc.integer({ min: 0, max: 25 }),
  /** Percent that something between refuses, or that are cut off. */
  refused: fc.integer({ min: 0, max: 10 }),
  cut: fc.integer({ min: 0, max: 20 }),
  /** The longest that one takes each way, in ms. */
  delay: fc.integer({ min: 0, max: 3_000 }),
  restartAt: fc.option(fc.integer({ min: 1_000, max: 60_000 })),
});

test(
  'every entry arrives once and in order, though POSTs stand still, are refused and cut off, and the server begins anew',
  () => fc.assert(fc.asyncProperty(run, prove), { numRuns: 10 * TIMES, endOnFailure: true }),
  120_000 * TIMES,
);

async function prove(given: {
  seed: number;
  frozen: number;
  refused: number;
  cut: number;
  delay: number;
  restartAt: number | null;
}): Promise<void> {
  const clock = new VirtualTime();
  const chance = seeded(given.seed);
  const logs = new ToyLogs();
  const server = await restartingSessions(logs, clock, given.restartAt, (sessions) => sessions);
  const after = (ms: number) => new Promise<void>((done) => void clock.setTimeout(done, ms));
  const post: Post = async (_, body, signal) => {
    const fate = chance() * 100;
    await after(chance() * given.delay);
    if (signal.aborted) throw new Error('given up');
    if (fate < given.frozen / 2) return standingStill(signal);
    if (fate > 100 - given.refused) return null;
    const batch = beginBatch(body, server.half);
    if (!batch) return null;
    await batch.answered;
    const answer = batch.end();
    if (fate < given.frozen) return standingStill(signal);
    if (fate < given.frozen + given.cut) throw new Error('cut off');
    await after(chance() * given.delay);
    return answer;
  };
  const connection = new Connection({
    address: { identity: server.sessions.identity(), endpoints: ENDPOINTS },
    carriers: [postCarrierBy(post)],
    clock,
    random: systemRandom,
  });
  await expectEntriesOnce(connection, clock, SIZES);
  connection.close();
  server.sessions.stop();
}
