/**
 * What a device says to everybody in its network so that those who share a secret with it find it: a run's random
 * number, a port, and tags that only they can tell from random bytes (docs/protocol.md section 10).
 */
import { webPrimitives } from '@polynya/crypto/web-primitives';
import { concat, concatAll, toHex, utf8 } from '@polynya/protocol/bytes';
import type { Random } from '../../clock.ts';

export const RUN = 16;
const TAG = 8;
const TAGS = 16;
const BEACON = RUN + 2 + TAGS * TAG;

export interface Beacon {
  /** Of one run of the program: 16 random bytes. */
  readonly run: Uint8Array;
  /** Where it takes TCP connections; 0 where beacons and connections go the same way. */
  readonly port: number;
  readonly tags: readonly Uint8Array[];
}

/** The tag of a secret in the beacons of a run: 8 bytes. */
export function tagOf(key: Uint8Array, run: Uint8Array): Uint8Array {
  return webPrimitives.sha256.hmac(key, concat(utf8('polynya near tag'), run)).subarray(0, TAG);
}

/**
 * The beacons of one run, 146 bytes each, whatever is shared with how many. Keys of nobody, the same for the whole run,
 * make a power of two of those there are: each tag comes again as often as any other, real or not.
 */
export class Beacons {
  readonly #run: Uint8Array;
  readonly #random: Random;
  readonly #nobodys: Uint8Array[] = [];

  constructor(run: Uint8Array, random: Random) {
    this.#run = run;
    this.#random = random;
  }

  /** Of more keys than fit, each beacon has others. */
  next(port: number, keys: readonly Uint8Array[]): Uint8Array {
    const length = 2 ** Math.ceil(Math.log2(Math.max(keys.length, TAGS)));
    while (this.#nobodys.length < length) this.#nobodys.push(this.#random(32));
    const all = [...keys, ...this.#nobodys.slice(keys.length, length)];
    const [high = 0, low = 0] = this.#random(2);
    const from = (((high << 8) | low) * TAGS) % length;
    const tags = all.slice(from, from + TAGS).map((key) => tagOf(key, this.#run));
    // In an order that says nothing of which are real.
    tags.sort((a, b) => (toHex(a) < toHex(b) ? -1 : 1));
    return concatAll([this.#run, Uint8Array.of(port >> 8, port & 0xff), ...tags]);
  }
}

/** null: no beacon. */
export function decodeBeacon(datagram: Uint8Array): Beacon | null {
  if (datagram.length !== BEACON) return null;
  const tagAt = (n: number) => datagram.slice(RUN + 2 + n * TAG, RUN + 2 + (n + 1) * TAG);
  return {
    run: datagram.slice(0, RUN),
    port: ((datagram[RUN] ?? 0) << 8) | (datagram[RUN + 1] ?? 0),
    tags: Array.from({ length: TAGS }, (_, n) => tagAt(n)),
  };
}
