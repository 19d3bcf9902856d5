/** How a list came from the one before it, so that only what is new in it need be handed over. */

export interface ListChange<T> {
  /** Places in the list before; -1 for the next of `fresh`. */
  readonly places: Int32Array;
  readonly fresh: readonly T[];
}

/** Members are the same if they are one object. */
export function listChange<T>(before: readonly T[], after: readonly T[]): ListChange<T> {
  const known = new Map(before.map((one, at) => [one, at]));
  return {
    places: Int32Array.from(after, (one) => known.get(one) ?? -1),
    fresh: after.filter((one) => !known.has(one)),
  };
}

/** The list after it. */
export function changedList<T>(before: readonly T[], { places, fresh }: ListChange<T>): T[] {
  let next = 0;
  return Array.from(places, (at) => (at < 0 ? fresh[next++] : before[at]) as T);
}
