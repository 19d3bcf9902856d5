/**
 * When an invite to the server ends, as the engines keep it: in minutes since 1970, rounded up. Invites live for whole
 * days, so the second would say when whoever granted it did so, and the minute nearly that; only one that is
 * short-lived keeps its minute, as an hour would let it live twice its time.
 */

/** Seconds. */
export const MINUTE = 60;

/** Minutes: retention counts in hours. */
export const MINUTES_OF_HOUR = 60;

/** Seconds. */
const HOUR = MINUTES_OF_HOUR * MINUTE;
const SHORT = 12 * HOUR;

/** To the hour, of what is short-lived to the minute. @param until in seconds since 1970 @param now in ms since 1970 */
export function keptEnd(until: number, now: number): number {
  const step = until - now / 1_000 > SHORT ? HOUR : MINUTE;
  return (Math.ceil(until / step) * step) / MINUTE;
}

/** Whether a time in seconds since 1970 is past. @param now in ms since 1970 */
export const isPast = (until: number, now: number): boolean => until < Math.floor(now / 1_000);

/** Whether an end is past that is kept. @param now in ms since 1970 */
export const isLate = (kept: number, now: number): boolean => isPast(kept * MINUTE, now);
