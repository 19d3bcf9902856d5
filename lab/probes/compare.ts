/** Whether two servers can be told apart by what they answer, and by when (two-sample Kolmogorov-Smirnov test). */

export interface ProbeAnswer {
  readonly status: number;
  /** Names in the order sent. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** What differs, in words; null if nothing does. `date` and the like differ by nature: only names are compared. */
export function difference(a: ProbeAnswer, b: ProbeAnswer): string | null {
  if (a.status !== b.status) return `status ${a.status}, not ${b.status}`;
  if (a.headers.join() !== b.headers.join()) {
    return `headers ${a.headers.join(' ')}, not ${b.headers.join(' ')}`;
  }
  return a.body === b.body ? null : 'another body';
}

/** Of a difference that is none, how often it is taken for one. */
const FALSE_ALARM = 0.001;

/** Whether times come from two distributions. */
export function timesDiffer(a: readonly number[], b: readonly number[]): boolean {
  const critical = Math.sqrt(-Math.log(FALSE_ALARM / 2) / 2);
  return distance(a, b) > critical * Math.sqrt((a.length + b.length) / (a.length * b.length));
}

function distance(a: readonly number[], b: readonly number[]): number {
  const share = (list: readonly number[], most: number) =>
    list.filter((each) => each <= most).length / list.length;
  return Math.max(...[...a, ...b].map((at) => Math.abs(share(a, at) - share(b, at))));
}
