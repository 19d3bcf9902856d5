/** What is dead and what only is slow, or freezes what is long, in virtual time: the one is noticed, the other never given up. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seeded } from '../../test/bad-carrier.ts';
import { sipsOver } from '../../test/sip-line.ts';

const TIMES = Number(process.env.POLYNYA_RUNS ?? 1);
const SEEDS = Array.from({ length: 12 * TIMES }, (_, seed) => seed);
/** What every line under study bears, there and back, in bytes. */
const BEARS = { min: 4_400, max: 16_384 };

test.each([
  { hosts: 2, dead: 0, usually: 150, most: 200 },
  { hosts: 4, dead: 0, usually: 95, most: 160 },
  { hosts: 4, dead: 1, usually: 140, most: 200 },
  { hosts: 6, dead: 0, usually: 95, most: 160 },
])(
  'a line that dies while much is said is noticed within $most s, and mostly $usually, of $hosts hosts $dead being dead before',
  async ({ hosts, dead, usually, most }) => {
    const seconds: number[] = [];
    for (const seed of SEEDS) {
      const chance = seeded(seed);
      const dies = 20_000 + chance() * 280_000;
      const took = 300 + chance() * 2_000;
      const isDead = (ms: number, endpoint: string) =>
        ms > dies || (dead > 0 && endpoint.includes('a.'));
      const { ends } = sipsOver({
        fate: (_, __, ms, endpoint) => (isDead(ms, endpoint) ? 'up' : 'ok'),
        takes: () => took,
        hosts,
      });
      seconds.push(((await ends(20_000)) - dies) / 1_000);
    }
    seconds.sort((a, b) => a - b);
    expect(seconds[0]).toBeGreaterThan(0);
    expect(seconds[seconds.length / 2]).toBeLessThan(usually);
    expect(seconds.at(-1)).toBeLessThan(most);
  },
);

test('that a line died is noticed though the clock was set back before', async () => {
  const by = 300_000;
  const { ends } = sipsOver({
    fate: (_, __, ms) => (ms > 120_000 ? 'up' : 'ok'),
    setBack: { by, at: 118_000 },
  });
  // What waits for a time of day waits for it once more.
  expect(await ends(256)).toBeLessThan(120_000 + by + 160_000);
});

const living = fc.record({
  seed: fc.integer(),
  hosts: fc.integer({ min: 2, max: 6 }),
  /** Of a connection, in ms, and by how much more at most. */
  took: fc.integer({ min: 200, max: 12_000 }),
  uneven: fc.integer({ min: 0, max: 8_000 }),
  /** Bytes that one connection bears, both ways together: at first, and from then on, in ms. */
  bears: fc.tuple(fc.integer(BEARS), fc.integer(BEARS)),
  changes: fc.integer({ min: 0, max: 300_000 }),
  /** When the first host dies, in ms. */
  dies: fc.option(fc.integer({ min: 0, max: 300_000 })),
  bytes: fc.integer({ min: 256, max: 200_000 }),
});

/** One host of two never answered, and the other freezes what passed before. */
const lonely = {
  ...{ seed: 1_270_751_994, hosts: 2, took: 3_279, uneven: 2_154, bytes: 199_991 },
  ...{ bears: [11_522, 4_404] as [number, number], changes: 57_489, dies: 1 },
};

test(
  'a line that lives is not given up, however slow it is, whatever length it freezes and whenever a host of it dies',
  () =>
    fc.assert(
      fc.asyncProperty(living, async (given) => {
        const chance = seeded(given.seed);
        const { carrier, takesToSend } = sipsOver({
          fate: ({ piece, most }, _, ms, endpoint) => {
            if (given.dies !== null && ms >= given.dies && endpoint.includes('a.')) return 'up';
            const bears = given.bears[ms < given.changes ? 0 : 1];
            const back = piece.length > 0 ? 300 : most;
            return piece.length + back > bears ? 'back' : 'ok';
          },
          takes: () => given.took + chance() * given.uneven,
          hosts: given.hosts,
        });
        await takesToSend(256);
        await takesToSend(given.bytes);
        expect(await takesToSend(40_000)).toBeLessThan(900);
        carrier.close();
      }),
      { numRuns: 100 * TIMES, endOnFailure: true, examples: [[lonely]] },
    ),
  60_000 * TIMES,
);
