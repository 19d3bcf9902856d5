/** What a measurement says, in the one form in which others read it. */

export interface Row {
  /** What was done, in words. */
  readonly work: string;
  readonly value: number;
  readonly unit: string;
  /** What we promised ourselves; null where there is none. */
  readonly bound: number | null;
  /** Whether `value` is within `bound`; null without one. */
  readonly holds: boolean | null;
}

/** A row whose bound is the most that is allowed. */
export function atMost(work: string, value: number, unit: string, bound: number | null): Row {
  return { work, value, unit, bound, holds: bound === null ? null : value <= bound };
}

export function print(rows: readonly Row[], json: boolean): void {
  if (json) {
    console.log(JSON.stringify(rows, null, 2));
    return;
  }
  for (const { work, value, unit, bound, holds } of rows) {
    const judged = bound === null ? '' : `  (at most ${bound}: ${holds ? 'holds' : 'MISSED'})`;
    console.log(`${String(value).padStart(8)} ${unit}  ${work}${judged}`);
  }
}

/** The middle value; of an even number, the upper of the two. */
export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[values.length >> 1];
  if (middle === undefined) throw new Error('the median of nothing');
  return middle;
}
