/** A query that stays answered: computed now and after every change, one computation at a time. */
import type { Changes } from './changes.ts';

export interface Live<T> {
  readonly changes: Changes;
  readonly topics: readonly string[];
  readonly compute: () => Promise<T>;
  readonly listener: (result: T) => void;
  /** `compute` or `listener` threw; the query goes on with the next change. */
  readonly failed: (error: unknown) => void;
}

/**
 * Calls `listener` with the present answer, then after each change. Changes met while computing cause
 * one more computation; the answer at hand is given all the same, or a busy chat would never be shown.
 * What it returns ends it: no answer is given after that.
 */
export function live<T>({ changes, topics, compute, listener, failed }: Live<T>): () => void {
  let ended = false;
  let running = false;
  let again = false;

  const run = async () => {
    again = running;
    if (running) return;
    running = true;
    do {
      again = false;
      try {
        const result = await compute();
        if (!ended) listener(result);
      } catch (error) {
        if (!ended) failed(error);
      }
    } while (again && !ended);
    running = false;
  };

  const off = changes.on(topics, () => void run());
  void run();
  return () => {
    ended = true;
    off();
  };
}
