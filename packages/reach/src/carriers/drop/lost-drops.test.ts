/**
 * Whatever becomes of single requests to a folder, all that a client asks is answered: in virtual time, over real
 * sessions.
 */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { Connection } from '../../client/client.ts';
import { type Clock, pause, systemRandom } from '../../clock.ts';
import type { ServerSessions } from '../../server/server-sessions.ts';
import { seeded } from '../../test/bad-carrier.ts';
import { expectEntriesOnce } from '../../test/entries-once.ts';
import { restartingSessions } from '../../test/restarting-sessions.ts';
import { ToyLogs } from '../../test/toy-log.ts';
import { VirtualTime, watchWebCrypto } from '../../test/virtual-time.ts';
import { Cover } from '../cover.ts';
import { sessionsEnd } from '../sessions-end.ts';
import { type Collector, collect } from './collector.ts';
import { dropCarrier, dropEndpoint } from './drop.ts';
import type { Folder } from './folder.ts';

const TIMES = Number(process.env.POLYNYA_RUNS ?? 1);
const KEY = new Uint8Array(16).fill(5);
const SIZES = [140, 2_500, 40_000];
const DAY = 24 * 3_600_000;
const NEVER = new AbortController().signal;

beforeAll(async () => {
  watchWebCrypto();
  // Loaded before time is virtual: reading files is nothing that it waits for.
  await Promise.all([import('./client.ts'), import('./folder.ts'), import('../cover.ts')]);
});

/** Chances in percent, and times in ms. */
interface Badness {
  /** That a request fails, half of them after they were done. */
  readonly failing: number;
  /** That a request is done again a while after it was answered. */
  readonly twice: number;
  /** For how long at most what was written or taken away is not seen in the list, and the longest request, twice. */
  readonly lateList: number;
  readonly slow: number;
}

const run = fc.record({
  seed: fc.integer(),
  badness: fc.record({
    failing: fc.integer({ min: 0, max: 25 }),
    twice: fc.integer({ min: 0, max: 20 }),
    lateList: fc.constantFrom(0, 2_000, 6_000, 20_000),
    slow: fc.constantFrom(50, 400, 1_000, 3_000),
  }),
  restartAt: fc.option(fc.integer({ min: 1_000, max: 60_000 })),
});

test(
  'every entry arrives once and in order, though requests to the folder fail, come twice and are slow, lists are old and in any order, and the server begins anew; the folder is empty in the end',
  () =>
    fc.assert(
      fc.asyncProperty(run, async (given) => void (await prove(given))),
      { numRuns: 8 * TIMES, endOnFailure: true },
    ),
  120_000 * TIMES,
);

test.each([
  { failing: 0, within: 240 },
  { failing: 25, within: 480 },
])(
  'where each request takes up to 6 s, lists lag by up to 20 s and $failing % of requests fail, all is there within $within s',
  async ({ failing, within }) => {
    for (const seed of Array.from({ length: 6 * TIMES }, (_, index) => index)) {
      const badness = { failing, twice: 0, lateList: 20_000, slow: 3_000 };
      expect(await prove({ seed, badness, restartAt: null })).toBeLessThan(within);
    }
  },
  120_000 * TIMES,
);

/** In memory, as a cloud keeps it whose lists lag behind. */
function badFolder(clock: Clock, chance: () => number, badness: Badness) {
  const files = new Map<string, Uint8Array>();
  /** What lists show by now. */
  const listed = new Set<string>();
  const seenLate = (name: string): void => {
    const show = (): void => void (files.has(name) ? listed.add(name) : listed.delete(name));
    clock.setTimeout(show, chance() * badness.lateList);
  };
  const done = async <T>(act: () => T): Promise<T> => {
    await pause(clock, chance() * badness.slow, NEVER);
    const fate = chance() * 100;
    if (fate < badness.failing / 2) throw new Error('no answer');
    const given = act();
    if (chance() * 100 < badness.twice) clock.setTimeout(act, chance() * 5_000);
    await pause(clock, chance() * badness.slow, NEVER);
    if (fate < badness.failing) throw new Error('no answer');
    return given;
  };
  const inAnyOrder = (names: Iterable<string>): string[] =>
    [...names]
      .map((name) => [chance(), name] as const)
      .sort(([a], [b]) => a - b)
      .map(([, name]) => name);
  const folder: Folder = {
    list: () => done(() => inAnyOrder([...listed, 'readme.txt'])),
    get: (name) => done(() => files.get(name) ?? null),
    put: (name, content) =>
      done(() => {
        files.set(name, content);
        seenLate(name);
      }),
    drop: (name) =>
      done(() => {
        files.delete(name);
        seenLate(name);
      }),
  };
  return { folder, files };
}

/** @returns seconds until all was there */
async function prove(given: {
  seed: number;
  badness: Badness;
  restartAt: number | null;
}): Promise<number> {
  const clock = new VirtualTime();
  const logs = new ToyLogs();
  const { folder, files } = badFolder(clock, seeded(given.seed), given.badness);
  const cover = new Cover(KEY, systemRandom);
  const newHalf = (sessions: ServerSessions, before?: Collector) => {
    void before?.close();
    return collect({ folder, cover, clock, ...sessionsEnd(sessions) });
  };
  const server = await restartingSessions(logs, clock, given.restartAt, newHalf);
  const connection = new Connection({
    address: {
      identity: server.sessions.identity(),
      endpoints: [dropEndpoint('https://cloud.example/f', KEY)],
    },
    carriers: [dropCarrier(clock, systemRandom, () => folder)],
    ...{ clock, random: systemRandom },
  });
  const seconds = await expectEntriesOnce(connection, clock, SIZES);
  for (const content of files.values()) expect(content.length).toBeGreaterThan(0);
  connection.close();
  await clock.until(() => files.size === 0, DAY);
  void server.half.close();
  server.sessions.stop();
  return seconds;
}
