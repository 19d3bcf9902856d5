/** HKDF (RFC 5869) on a synchronous HMAC. */
import { concat } from './bytes.ts';
import type { Hash } from './primitives.ts';

export function extract(hash: Hash, salt: Uint8Array, ikm: Uint8Array): Uint8Array {
  return hash.hmac(salt, ikm);
}

/** `length` bytes, at most 255 times the hash's. */
export function expand(hash: Hash, prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  if (!Number.isSafeInteger(length) || length < 0 || length > 255 * hash.size) {
    throw new RangeError('longer than HKDF gives');
  }
  const first = hash.hmac(prk, concat(info, Uint8Array.of(1)));
  if (length <= hash.size) return first.slice(0, length);
  const blocks = [first];
  for (let last = first, i = 2; blocks.length * hash.size < length; i += 1) {
    last = hash.hmac(prk, concat(last, info, Uint8Array.of(i)));
    blocks.push(last);
  }
  return concat(...blocks).slice(0, length);
}
