/** What the server's bench says, in the form in which others read it. */
import type { Figures } from './works/figures.ts';

/** Of one work on one system, over all runs. */
export interface ServerRow {
  readonly work: string;
  readonly system: string;
  /** The median of `runs`, in `unit`. */
  readonly rate: number;
  /** ms: the medians of what the runs had; null where the work has no latency. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly unit: string;
  /** What each run gave. */
  readonly runs: readonly number[];
}

/** One system's figure over another's, both of the same run; the median of all runs. */
export interface RatioRow {
  readonly ratio: string;
  readonly of: string;
  readonly to: string;
  readonly value: number;
  /** What we promised ourselves; null where a ratio is only told. */
  readonly bound: number | null;
  /** Whether `value` is on the right side of `bound`; null without one. */
  readonly holds: boolean | null;
}

/** One run of one work. */
export interface Measured extends Figures {
  readonly work: string;
  readonly unit: string;
}
