/**
 * The hour that retention goes by, and the time that is written beside what comes in. A clock that was set
 * far ahead would let retention delete everything, and one that was set far back would date what comes in
 * so that it is deleted when the clock is put right. So a jump of more than a day, since the last run or
 * over a restart, counts for nothing until a day of uptime has passed in which the clock went on evenly.
 */
import type { SteadyClock } from '@polynya/reach/steady-clock';
import type { Log } from '../server-log.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface TrustedHoursOptions {
  readonly clock: SteadyClock;
  /** The last hour that was kept, in hours since 1970; 0 before the first. */
  readonly last: number;
  /** Keeps an hour for the next start. */
  readonly save: (hour: number) => void;
  readonly log: Log;
}

/** One reading of both clocks. */
interface Reading {
  /** Milliseconds since 1970. */
  readonly ofDay: number;
  readonly steady: number;
}

export class TrustedHours {
  readonly #options: TrustedHoursOptions;
  #trusted: Reading;
  /** The reading that jumped ahead of what was trusted. */
  #jumped: Reading | undefined;

  constructor(options: TrustedHoursOptions) {
    this.#options = options;
    const { clock, last } = options;
    this.#trusted = { ofDay: last > 0 ? last * HOUR : clock.now(), steady: clock.steady() };
  }

  /** The hour since 1970; while the clock is in doubt, the one that it would be had it not jumped. */
  hour(): number {
    const { clock, save, log } = this.#options;
    const reading = { ofDay: clock.now(), steady: clock.steady() };
    const ahead = drift(this.#trusted, reading);
    if (Math.abs(ahead) > DAY && !this.#confirms(reading)) {
      if (!this.#jumped) log({ event: 'clock-jumped', hours: Math.trunc(ahead / HOUR) });
      // What moves again begins anew.
      if (!this.#jumped || Math.abs(drift(this.#jumped, reading)) > HOUR) this.#jumped = reading;
      return Math.floor((reading.ofDay - ahead) / HOUR);
    }
    if (this.#jumped) log({ event: 'clock-trusted' });
    this.#jumped = undefined;
    this.#trusted = reading;
    const hour = Math.floor(reading.ofDay / HOUR);
    save(hour);
    return hour;
  }

  /** Milliseconds since 1970, for what comes in: as the clock shows, unless that fell far behind. */
  now(): number {
    const { clock } = this.#options;
    const now = clock.now();
    const expected = this.#trusted.ofDay + clock.steady() - this.#trusted.steady;
    return now < expected - DAY ? expected : now;
  }

  #confirms(reading: Reading): boolean {
    const jumped = this.#jumped;
    if (!jumped || Math.abs(drift(jumped, reading)) > HOUR) return false;
    return reading.steady - jumped.steady >= DAY;
  }
}

/** By how much the clock went on faster than time did. */
function drift(from: Reading, to: Reading): number {
  return to.ofDay - from.ofDay - (to.steady - from.steady);
}
