/** The clock of servers: besides the time of day, which anybody may set, one that only goes on. */
import { type Clock, systemClock } from './clock.ts';

export interface SteadyClock extends Clock {
  /** Milliseconds since any fixed moment. Goes on evenly, whatever `now` is set to. */
  steady(): number;
}

/** The platform's own clocks. */
export const systemSteadyClock: SteadyClock = { ...systemClock, steady: () => performance.now() };
