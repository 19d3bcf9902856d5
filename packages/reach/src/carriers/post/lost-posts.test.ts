/** Whatever becomes of single POSTs, all that a client asks is answered: in virtual time, over a real server. */
import type { Entry } from '@polynya/protocol/requests';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { Connection } from '../../client.ts';
import { systemRandom } from '../../clock.ts';
import { seeded } from '../../test/bad-carrier.ts';
import { startSessions } from '../../test/loopback.ts';
import { ToyLogs } from '../../test/toy-log.ts';
import { VirtualTime, watchWebCrypto } from '../../test/virtual-time.ts';
import { beginBatch } from './batch.ts';
import { postCarrierBy } from './client.ts';
import type { Post } from './post.ts';

const TIMES = Number(process.env.POLYNYA_RUNS ?? 1);
const ID = new Uint8Array(16).fill(1);
const SECRET = new Uint8Array(32).fill(2);
const ENDPOINTS = ['a', 'b'].map((host) => `https://${host}.example/s`);
/** Of entries, in bytes. */
const SIZES = [10, 2_500, 12_000, 60_000];
const DAY = 24 * 3_600_000;

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
  let sessions = await startSessions(logs, { clock });
  if (given.restartAt !== null) {
    clock.setTimeout(() => {
      void startSessions(logs, { clock }).then((fresh) => {
        sessions.stop();
        sessions = fresh;
      });
    }, given.restartAt);
  }
  const after = (ms: number) => new Promise<void>((done) => void clock.setTimeout(done, ms));
  const standing = (signal: AbortSignal) =>
    new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(new Error('given up'))),
    );
  const post: Post = async (_, body, signal) => {
    const fate = chance() * 100;
    await after(chance() * given.delay);
    if (signal.aborted) throw new Error('given up');
    if (fate < given.frozen / 2) return standing(signal);
    if (fate > 100 - given.refused) return null;
    const batch = beginBatch(body, sessions);
    if (!batch) return null;
    await batch.answered;
    const answer = batch.end();
    if (fate < given.frozen) return standing(signal);
    if (fate < given.frozen + given.cut) throw new Error('cut off');
    await after(chance() * given.delay);
    return answer;
  };
  const connection = new Connection({
    address: { identity: sessions.identity(), endpoints: ENDPOINTS },
    carriers: [postCarrierBy(post)],
    clock,
    random: systemRandom,
  });
  const log = connection.log(ID, SECRET);
  const seen: Entry[] = [];
  log.watch({ entries: (entries) => void seen.push(...entries) }, 1);
  const sent = SIZES.map((size) => ({ id: systemRandom(16), epoch: 0, body: systemRandom(size) }));
  let acknowledged = 0;
  for (const entry of sent) {
    void log.append([entry], { patience: DAY }).then(() => acknowledged++);
  }
  await clock.until(() => Math.min(seen.length, acknowledged) >= sent.length, DAY);
  const bodies = (entries: readonly { body: Uint8Array }[]) =>
    entries.map(({ body }) => Buffer.from(body).toString('hex')).sort();
  expect(bodies(seen)).toEqual(bodies(sent));
  expect(seen.map(({ seq }) => seq)).toEqual(sent.map((_, index) => index + 1));
  connection.close();
  sessions.stop();
}
