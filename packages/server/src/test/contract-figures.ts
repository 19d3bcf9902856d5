/** Figures that the engine's contract is tested with. */
import type { Retention } from '../engine/engine.ts';

export const HOUR = 3_600_000;
export const START = 500_000 * HOUR;
export const COUNTERS = { logs: 100, bytes: 200_000_000, invites: 100, until: 0 };
export const KEEP_ALL: Omit<Retention, 'now'> = {
  entriesSince: 0,
  blobsSince: 0,
  largeBlobsSince: 0,
  largeBlob: 1_000,
  maxBytes: Number.MAX_SAFE_INTEGER,
};
