/** The platform's clock, and how many timers on it are still to run: what is closed must leave none. */
import { type Clock, systemClock } from '../clock.ts';

export class CountingClock implements Clock {
  pending = 0;

  now(): number {
    return systemClock.now();
  }

  setTimeout(run: () => void, ms: number): () => void {
    let waits = true;
    this.pending++;
    const over = (): void => {
      if (waits) this.pending--;
      waits = false;
    };
    const cancel = systemClock.setTimeout(() => {
      over();
      run();
    }, ms);
    return () => {
      over();
      cancel();
    };
  }
}
