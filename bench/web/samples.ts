/** What `npm run -s bench -- web` prints: a timing by its middle and by what one in twenty exceeds. */

export interface Timing {
  readonly name: string;
  readonly median: number;
  readonly p95: number;
  readonly unit: string;
  /** The most that `p95` may be; null: nothing was promised. */
  readonly bound: number | null;
}

/** @throws Error of no samples */
export function timing(
  name: string,
  samples: readonly number[],
  unit: string,
  bound: number | null = null,
): Timing {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) => {
    const found = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    if (found === undefined) throw new Error(`nothing was measured of: ${name}`);
    return Math.round(found * 10) / 10;
  };
  return { name, median: at(0.5), p95: at(0.95), unit, bound };
}

export function printTimings(timings: readonly Timing[], json: boolean): void {
  if (json) {
    console.log(JSON.stringify(timings, null, 2));
    return;
  }
  for (const { name, median, p95, unit, bound } of timings) {
    const judged =
      bound === null ? '' : `  (at most ${bound}: ${p95 <= bound ? 'holds' : 'MISSED'})`;
    console.log(
      `${String(median).padStart(9)} ${String(p95).padStart(9)} ${unit}  ${name}${judged}`,
    );
  }
}
