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

/** 146 bytes, whatever is shared with how many. Of more keys than fit, each beacon has others. */
export function encodeBeacon(
  { run, port }: Omit<Beacon, 'tags'>,
  keys: readonly Uint8Array[],
  random: Random,
): Uint8Array {
  const from = keys.length > TAGS ? (random(1)[0] ?? 0) % keys.length : 0;
  const chosen = [...keys.slice(from), ...keys.slice(0, from)].slice(0, TAGS);
  const tags = chosen.map((key) => tagOf(key, run));
  while (tags.length < TAGS) tags.push(random(TAG));
  // In an order that says nothing of how many are real.
  tags.sort((a, b) => (toHex(a) < toHex(b) ? -1 : 1));
  return concatAll([run, Uint8Array.of(port >> 8, port & 0xff), ...tags]);
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
