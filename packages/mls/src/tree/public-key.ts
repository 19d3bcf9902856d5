/** Public keys in a tree (RFC 9420 sections 7.1 and 7.2). */
import { opaqueUpTo } from '../codec/codec.ts';

/** Bytes. The largest of the suites is X-Wing's, of 1,216; longer ones would cost whoever indexes them. */
const LONGEST = 2_048;

export const publicKey = opaqueUpTo(LONGEST);
