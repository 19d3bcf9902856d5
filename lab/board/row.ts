/** One line of the scoreboard, and what `--json` prints of it. */
import type { Diagnosis } from '../diagnosis.ts';
import type { Scenario } from '../scenarios.ts';
import type { Witness } from '../sides/pair.ts';
import type { Carrier } from '../sides/way.ts';
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
  /** That by which the first one's texts went, as their client says; of a naive client, what the wire shows. */
  readonly carrier: Carrier | null;
  /** By which host, or what was there in place of one. */
  readonly host: string | null;
  /** What the messenger says is being done to the line; null if it says nothing. */
  readonly diagnosis: Diagnosis | null;
  /** What it should say; of what changes, what was right when it was asked last; null if that never came to pass. */
  readonly expected: Diagnosis | null;
  // From here on: for people, on the boards.
  /** Whether the texts came through, diagnosis aside. */
  readonly delivered: boolean;
  /** In seconds. */
  readonly bound: number;
  /** Who said it: all of them the same, or the one who is wrong. */
  readonly says: readonly Witness[];
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
  says: ______,
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
    ...{ passed: false, delivered: false, seconds: null, bytes: 0, carrier: null, host: null },
    ...{ busiest: null, besides: null, diagnosis: null, says: [] },
    expected: side === 'polynya' ? expected : 'none',
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
