/** One line of the scoreboard, and what `--json` prints of it. */
import type { Diagnosis } from '../diagnosis.ts';
import type { Scenario } from '../scenarios.ts';
import type { Crowd } from '../sides/wire.ts';

export type Side = 'open' | 'naive' | 'polynya';

export interface Row {
  readonly scenario: string;
  readonly variant: string;
  /** `open`: no censor, both messengers. The others: under the censor. */
  readonly side: Side;
  /** What the naive client must do under this censor, else the lab proves nothing. */
  readonly expectNaive: 'fail' | 'pass' | 'none';
  /** Texts both ways, each once, within the bound, nothing readable on the wire; for `polynya` the right diagnosis too. */
  readonly passed: boolean;
  /** Until both texts were there; null if that did not come to pass. */
  readonly seconds: number | null;
  /** Bytes of IP packets across the censor, both people, both ways. */
  readonly bytes: number;
  /** The way most of them came by, as the wire shows it. */
  readonly carrier: string | null;
  /** What the messenger says is being done to the line; null if it says nothing. */
  readonly diagnosis: Diagnosis | null;
  /** What it should say; null where several are right. */
  readonly expected: Diagnosis | null;
  // From here on: for people, on the boards.
  /** Whether the texts came through, diagnosis aside. */
  readonly delivered: boolean;
  /** In seconds. */
  readonly bound: number;
  /** Where somebody connected to most often; null if nobody did. */
  readonly busiest: Crowd | null;
  /** Why it did not pass, for a person. */
  readonly why: string | null;
  /** What else was done beyond the texts; null if nothing was. */
  readonly besides: string | null;
}

/** What `--json` prints of it. */
export function told({
  delivered: _,
  bound: __,
  why: ___,
  busiest: ____,
  besides: _____,
  ...row
}: Row) {
  return row;
}

/** That of a scenario which could not be run. */
export function rowWithout(
  { name, variant, expectNaive, bound, expected }: Scenario,
  side: Side,
  why: string,
): Row {
  return {
    ...{ scenario: name, variant, side, expectNaive, bound, why },
    ...{ passed: false, delivered: false, seconds: null, bytes: 0, carrier: null, busiest: null },
    ...{ besides: null, diagnosis: null, expected: side === 'polynya' ? expected : 'none' },
  };
}

/** As the board has them, in whatever order they came. */
export function inOrder(rows: readonly Row[], board: readonly Scenario[]): Row[] {
  const sides: readonly Side[] = ['open', 'naive', 'polynya'];
  const at = (row: Row) =>
    3 * board.findIndex((one) => one.name === row.scenario && one.variant === row.variant) +
    sides.indexOf(row.side);
  return [...rows].sort((a, b) => at(a) - at(b));
}

/** Whether the lab itself worked: whoever must pass passes, and the block bites. */
export function labHolds({ side, passed, delivered, expectNaive }: Row): boolean {
  if (side === 'open') return passed;
  if (side === 'polynya' || expectNaive === 'none') return true;
  return delivered === (expectNaive === 'pass');
}
