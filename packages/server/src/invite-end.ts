/**
 * When an invite to the server ends, as the engines keep it: in minutes since 1970, rounded up. The second
 * would say when whoever granted it did so; an hour would let a short-lived invite live twice its time.
 */

/** Seconds. */
export const MINUTE = 60;

/** Minutes: retention counts in hours. */
export const MINUTES_OF_HOUR = 60;

/** @param until in seconds since 1970 */
export const keptEnd = (until: number): number => Math.ceil(until / MINUTE);

/** Whether a time in seconds since 1970 is past. @param now in ms since 1970 */
export const isPast = (until: number, now: number): boolean => until < Math.floor(now / 1_000);

/** Whether an end is past that is kept. @param now in ms since 1970 */
export const isLate = (kept: number, now: number): boolean => isPast(kept * MINUTE, now);
