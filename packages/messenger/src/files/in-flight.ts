/** Bounded concurrency. */

/**
 * Runs `work` for every item, at most `lanes` at once, in order of starting. Rejects with the first
 * failure, after which no further item is begun.
 */
export async function inFlight<T>(
  lanes: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    try {
      while (next < items.length) await work(items[next++] as T);
    } catch (error) {
      next = items.length;
      throw error;
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
}
