/**
 * Whether times of two kinds can be told apart: the two-sample Kolmogorov-Smirnov test, and how much it would help. The
 * distance of two distributions is both: how unlikely it is by chance says whether there is a difference at all, and its
 * size how often whoever goes by one limit is right about a single answer, which is half of one more than it.
 */

/** Of a difference that is none, how often it is taken for one: a board makes some dozens of comparisons. */
const FALSE_ALARM = 0.00001;
/** Below that a single answer is told in at most 57.5 of 100 cases, where a guess is right in 50. */
const LEAST = 0.15;

export interface Compared {
  /** Between their distributions, 0 to 1. */
  readonly distance: number;
  /** Beyond chance, and by as much as helps. */
  readonly differ: boolean;
}

/**
 * Ranks: how busy the machine is moves both lots, and outliers count as one each.
 * @param among so many comparisons of which the furthest is taken: chance has as many goes, and gets no more of them right
 */
export function compare(a: readonly number[], b: readonly number[], among = 1): Compared {
  const distance = furthest(a, b);
  const sizes = Math.sqrt((a.length + b.length) / (a.length * b.length));
  const byChance = Math.sqrt(-Math.log(FALSE_ALARM / among / 2) / 2) * sizes;
  return { distance, differ: distance > Math.max(byChance, LEAST) };
}

function furthest(a: readonly number[], b: readonly number[]): number {
  const [one, other] = [inOrder(a), inOrder(b)];
  let [most, i, j] = [0, 0, 0];
  while (i < one.length && j < other.length) {
    const at = Math.min(one[i] ?? 0, other[j] ?? 0);
    while (i < one.length && (one[i] ?? 0) <= at) i++;
    while (j < other.length && (other[j] ?? 0) <= at) j++;
    most = Math.max(most, Math.abs(i / one.length - j / other.length));
  }
  return most;
}

export function median(times: readonly number[]): number {
  return inOrder(times)[Math.floor(times.length / 2)] ?? 0;
}

function inOrder(times: readonly number[]): number[] {
  return [...times].sort((a, b) => a - b);
}
