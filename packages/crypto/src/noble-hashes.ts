/** SHA-384 and SHA-512 for the suites that have them. */
import { sha384 as nobleSha384, sha512 as nobleSha512 } from '@noble/hashes/sha2.js';
import { nobleHash } from './web-primitives.ts';

export const sha384 = nobleHash(nobleSha384);
export const sha512 = nobleHash(nobleSha512);
