/** What is promised of the server beside its peers, and whether a run keeps it. */
import type { RatioRow, ServerRow } from './row.ts';
import { rounded } from './works/figures.ts';

interface Promised {
  readonly ratio: string;
  readonly work: string;
  /** The best of them counts. */
  readonly to: readonly string[];
  /** At least so much where more is better, at most where less is; null: told only. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Within one system: one work over another. */
interface Flat {
  readonly ratio: string;
  readonly work: string;
  readonly to: string;
  readonly atMost: number;
}

const disk = (what: string, logs: number): string => `processor for ${what}, ${logs} logs on disk`;
/** Noise of a run aside, flat. */
const FLAT = 1.25;

const flat: readonly Flat[] = [10_000, 100_000, 1_000_000].flatMap((logs) =>
  ['an append', 'an open and watch'].map((what) => ({
    ratio: `${what}, ${logs} logs over 1000`,
    work: disk(what, logs),
    to: disk(what, 1_000),
    atMost: FLAT,
  })),
);

/** Figures that are held to a bound as they are. */
interface Plain {
  readonly ratio: string;
  readonly work: string;
  readonly unit: string;
  readonly figure: (row: ServerRow) => number | null;
  readonly atMost: number;
}

/** Of a text: the envelope up, the acknowledgement, the envelope down, each 256 B at least. */
const FLOORS = 3 * 256;

const plain: readonly Plain[] = [
  {
    ratio: 'p99 at half load',
    work: '1:1, 100 B, at half load',
    unit: 'ms',
    figure: ({ p99 }) => p99,
    atMost: 20,
  },
  {
    ratio: 'bytes of a text beyond the floors of its three envelopes',
    work: 'each further text of 100 B',
    unit: 'B',
    figure: ({ rate }) => rate - FLOORS,
    atMost: 250,
  },
];

const OURS = 'Polynya';
const ARCHIVES = ['ejabberd, archive'];
const PLAIN = ['ejabberd'];

const promised: readonly Promised[] = [
  { ratio: '1:1 100 B, stored', work: '1:1, 100 B', to: ARCHIVES, atLeast: 11 },
  { ratio: '1:1 100 B, stored, over not stored', work: '1:1, 100 B', to: PLAIN, atLeast: 2 },
  { ratio: '1:1 1 KB, stored', work: '1:1, 1000 B', to: ARCHIVES },
  { ratio: 'group of 100, sealed over unsealed', work: 'group of 100', to: PLAIN },
  { ratio: 'group of 1,000, sealed over unsealed', work: 'group of 1000', to: PLAIN, atLeast: 3 },
  {
    ratio: 'time to drain 10,000 texts',
    work: '10000 texts of 100 B for somebody away: drain',
    to: PLAIN,
    atMost: 0.2,
  },
  {
    ratio: 'memory of an idle connection',
    work: 'memory of each of 10000 idle connections',
    to: PLAIN,
    atMost: 0.2,
  },
  { ratio: 'cold start', work: 'cold start to the first answer', to: PLAIN, atMost: 0.2 },
  { ratio: 'memory at rest', work: 'memory at rest', to: PLAIN, atMost: 1 },
  { ratio: 'bytes of a further text', work: 'each further text of 100 B', to: PLAIN },
];

export function ratios(rows: readonly ServerRow[]): RatioRow[] {
  const of = (work: string, system: string) =>
    rows.find((row) => row.work === work && row.system === system);
  const within = flat.flatMap(({ ratio, work, to, atMost }): RatioRow[] => {
    const [one, other] = [of(work, OURS), of(to, OURS)];
    if (!one || !other) return [];
    const value = rounded(one.rate / other.rate);
    return [{ ratio, of: OURS, to: OURS, value, bound: atMost, holds: value <= atMost }];
  });
  const alone = plain.flatMap(({ ratio, work, unit, figure, atMost }): RatioRow[] => {
    const row = of(work, OURS);
    const value = row ? figure(row) : null;
    if (value === null) return [];
    return [{ ratio, of: OURS, to: unit, value, bound: atMost, holds: value <= atMost }];
  });
  const beside = promised.flatMap(({ ratio, work, to, atLeast, atMost }) =>
    to.flatMap((peer): RatioRow[] => {
      const [ours, theirs] = [of(work, OURS), of(work, peer)];
      if (!ours || !theirs) return [];
      const value = rounded(middleOfRatios(ours.runs, theirs.runs));
      const bound = atLeast ?? atMost ?? null;
      const holds = bound === null ? null : atLeast ? value >= bound : value <= bound;
      return [{ ratio, of: OURS, to: peer, value, bound, holds }];
    }),
  );
  return [...beside, ...alone, ...within];
}

/** Runs of one round were minutes apart at most, whatever the machine did between rounds. */
function middleOfRatios(ours: readonly number[], theirs: readonly number[]): number {
  const values = ours.map((value, round) => value / (theirs[round] ?? Number.NaN));
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
