/** What is promised of the server beside its peers and by itself. */
import type { ServerRow } from './row.ts';

export interface Promised {
  readonly ratio: string;
  readonly work: string;
  /** A row for each. */
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

export const flat: readonly Flat[] = [10_000, 100_000, 1_000_000].flatMap((logs) =>
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

export const plain: readonly Plain[] = [
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

export const OURS = 'Polynya';
const ARCHIVES = ['ejabberd, archive'];
const PLAIN = ['ejabberd'];

/** What other programs take of the server's core counts less here than in rates. */
const PROCESSOR = ", of the server's processor";

export const promised: readonly Promised[] = [
  {
    ratio: '1:1 100 B, stored, by processor time',
    work: `1:1, 100 B${PROCESSOR}`,
    to: [...ARCHIVES, ...PLAIN],
  },
  {
    ratio: 'group of 100, by processor time',
    work: `group of 100${PROCESSOR}`,
    to: PLAIN,
  },
  {
    ratio: 'group of 1,000, by processor time',
    work: `group of 1000${PROCESSOR}`,
    to: PLAIN,
  },
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
