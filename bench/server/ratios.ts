/** Whether a run keeps what is promised (`bounds.ts`). */
import { flat, OURS, plain, promised } from './bounds.ts';
import type { RatioRow, ServerRow } from './row.ts';
import { rounded } from './works/figures.ts';

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
