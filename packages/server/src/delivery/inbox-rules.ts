/**
 * What an inbox holds beside its letters (docs/protocol.md, section 4), the same for every engine. No
 * allowance is asked for it: that would join one to an inbox on disk.
 */
import { LIMITS } from '@polynya/protocol/limits';

/** Contact tokens of one inbox (count). */
export const TOKENS = 1_024;
/** KeyPackages that wait for one token, besides the one of last resort (count). */
export const WAITING = 2 * LIMITS.stock;
/** Bytes of KeyPackages in one inbox: some 5,000 of the usual size. */
export const STOCK_BYTES = 16_777_216;
/** A KeyPackage lives for 28 days, so nobody misses an older one. In hours. */
export const STOCK_HOURS = 28 * 24;
