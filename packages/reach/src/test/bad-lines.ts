/** What bad lines do in random runs. */
import fc from 'fast-check';
import type { Badness } from './bad-carrier.ts';

/** A chance of so many percent at most, from 0 to 1. */
export const percent = (most: number): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: most }).map((n) => n / 100);

/** @param most the chances in percent, the delay in ms */
export function anyBadness(most: Badness): fc.Arbitrary<Badness> {
  return fc.record({
    drop: percent(most.drop),
    repeat: percent(most.repeat),
    die: percent(most.die),
    refuse: percent(most.refuse),
    delay: fc.integer({ min: 0, max: most.delay }),
  });
}

/** What never comes, until whoever waits gives it up. */
export function standingStill(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(new Error('given up'))),
  );
}
