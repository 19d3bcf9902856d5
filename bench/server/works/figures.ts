/** What one run of a work gives, and how latencies are kept. */

export interface Figures {
  /** In `unit` of the work. */
  readonly rate: number;
  /** ms; null where the work has no latency. */
  readonly p50: number | null;
  readonly p99: number | null;
}

/** The value that `share` of all do not exceed; null of nothing. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}

export const rounded = (value: number): number =>
  value >= 1_000 ? Math.round(value) : Number(value.toPrecision(3));

export const figures = (rate: number, latencies: readonly number[] = []): Figures => {
  const [p50, p99] = [percentile(latencies, 0.5), percentile(latencies, 0.99)];
  const ms = (value: number | null) => (value === null ? null : rounded(value));
  return { rate: rounded(rate), p50: ms(p50), p99: ms(p99) };
};
