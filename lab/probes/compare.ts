/** Whether two lots of times come from one distribution (two-sample Kolmogorov-Smirnov test). */

/** Of a difference that is none, how often it is taken for one: a board makes some dozens of comparisons. */
const FALSE_ALARM = 0.00001;

/** A rank statistic: how busy the machine is moves both lots, and outliers count as one each. */
export function timesDiffer(a: readonly number[], b: readonly number[]): boolean {
  const critical = Math.sqrt(-Math.log(FALSE_ALARM / 2) / 2);
  return distance(a, b) > critical * Math.sqrt((a.length + b.length) / (a.length * b.length));
}

function distance(a: readonly number[], b: readonly number[]): number {
  const share = (list: readonly number[], most: number) =>
    list.filter((each) => each <= most).length / list.length;
  return Math.max(...[...a, ...b].map((at) => Math.abs(share(a, at) - share(b, at))));
}

export function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}
