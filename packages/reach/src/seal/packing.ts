/** How much goes into one envelope: `LIMITS.items` values and `LIMITS.envelope` bytes, sealed and padded. */
import type { Cbor } from '@polynya/protocol/cbor';
import { padme } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';

/** Bytes that seq, list heads and the like may take beside the values. */
const FRAME = 32;

/** The most bytes of values that fit in one envelope that adds `overhead` to its plaintext. */
export function room(overhead: number): number {
  let space = LIMITS.envelope;
  while (padme(space) > LIMITS.envelope) space--;
  return space - overhead - FRAME;
}

/** The encoded length of a value, without encoding it. */
export function measure(value: Cbor): number {
  if (typeof value === 'number') return head(value < 0 ? -1 - value : value);
  if (typeof value === 'string') return head(value.length * 3) + value.length * 3;
  if (value instanceof Uint8Array) return head(value.length) + value.length;
  if (value instanceof Map) {
    let size = head(value.size);
    for (const [key, inner] of value) size += head(key) + measure(inner);
    return size;
  }
  if (Array.isArray(value)) {
    return value.reduce((sum: number, inner: Cbor) => sum + measure(inner), head(value.length));
  }
  return 1;
}

/** A queue from which envelopes are filled, in order. */
export class Packer<T> {
  #queue: { value: T; size: number }[] = [];

  get empty(): boolean {
    return this.#queue.length === 0;
  }

  add(value: T, size: number): void {
    this.#queue.push({ value, size });
  }

  /** Takes out what goes into the next envelope with `space` bytes for values; at least one value if there is one. */
  take(space: number): T[] {
    let used = 0;
    let count = 0;
    for (const { size } of this.#queue) {
      if (count === LIMITS.items || (count > 0 && used + size > space)) break;
      used += size;
      count++;
    }
    const taken = count === this.#queue.length ? this.#queue : this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    return taken.map(({ value }) => value);
  }
}

function head(n: number): number {
  if (n < 24) return 1;
  if (n < 0x100) return 2;
  if (n < 0x1_0000) return 3;
  return n < 0x1_0000_0000 ? 5 : 9;
}
