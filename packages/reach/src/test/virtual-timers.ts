/** For code that takes the platform's timers: they run in virtual time, and those that are left over are seen. */
import { vi } from 'vitest';
import type { VirtualTime } from './virtual-time.ts';

/** @returns what prevents each timer that is set and has not come; `vi.unstubAllGlobals` and `vi.restoreAllMocks` end it */
export function virtualTimers(clock: VirtualTime): ReadonlySet<() => void> {
  const waiting = new Set<() => void>();
  const set = (run: () => void, ms = 0, again = false): (() => void) => {
    let prevent = (): void => undefined;
    const cancel = (): void => {
      prevent();
      waiting.delete(cancel);
    };
    const start = (): void => {
      prevent = clock.setTimeout(() => {
        if (again) start();
        else waiting.delete(cancel);
        run();
      }, ms);
    };
    waiting.add(cancel);
    start();
    return cancel;
  };
  const clear = (cancel?: () => void): void => cancel?.();
  vi.stubGlobal('setTimeout', (run: () => void, ms?: number) => set(run, ms));
  vi.stubGlobal('setInterval', (run: () => void, ms?: number) => set(run, ms, true));
  vi.stubGlobal('clearTimeout', clear);
  vi.stubGlobal('clearInterval', clear);
  vi.spyOn(performance, 'now').mockImplementation(() => clock.steady());
  return waiting;
}
