/** The array in which the nodes of a tree are counted (RFC 9420 appendix C): leaves stand at even numbers. */

/** How far node `x` is from the leaves under it. */
export function level(x: number): number {
  let k = 0;
  for (let rest = x; rest % 2 === 1; rest = (rest - 1) / 2) k += 1;
  return k;
}

/** Nodes of a tree of `leaves` leaves, a power of two. */
export function nodeWidth(leaves: number): number {
  return leaves === 0 ? 0 : 2 * leaves - 1;
}

export function root(leaves: number): number {
  return leaves - 1;
}

/** undefined: a leaf has no children. */
export function left(x: number): number | undefined {
  return x % 2 === 0 ? undefined : x - 2 ** (level(x) - 1);
}

export function right(x: number): number | undefined {
  return x % 2 === 0 ? undefined : x + 2 ** (level(x) - 1);
}

/** undefined: the root has no parent. */
export function parent(x: number, leaves: number): number | undefined {
  if (x === root(leaves)) return undefined;
  const step = 2 ** level(x);
  return Math.floor(x / (2 * step)) % 2 === 0 ? x + step : x - step;
}

export function sibling(x: number, leaves: number): number | undefined {
  const above = parent(x, leaves);
  if (above === undefined) return undefined;
  return x < above ? right(above) : left(above);
}

/** From the parent of `x` to the root. */
export function directPath(x: number, leaves: number): number[] {
  const path: number[] = [];
  for (let at = parent(x, leaves); at !== undefined; at = parent(at, leaves)) path.push(at);
  return path;
}

/** The siblings of `x` and of the nodes of its direct path below the root. */
export function copath(x: number, leaves: number): number[] {
  return [x, ...directPath(x, leaves)]
    .map((node) => sibling(node, leaves))
    .filter((node) => node !== undefined);
}
