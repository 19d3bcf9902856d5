/**
 * A sender's ratchet (RFC 9420 section 9.1). What is skipped leaves the keys of its messages behind, never a secret
 * from which others could be derived; and those only for some time.
 */
import { NONCE } from '@polynya/crypto/hpke-suite';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { deriveTreeSecret } from '../crypto/labels.ts';
import { MlsError } from '../mls-error.ts';

export interface MessageKey {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
}

/** The key of a message that was skipped, and since when it waits (seconds since 1970). */
export interface SkippedKey extends MessageKey {
  readonly since: number;
}

export interface Ratchet {
  readonly secret: Uint8Array;
  /** Of the next message. */
  readonly generation: number;
  /** By generation, in increasing order. */
  readonly skipped: ReadonlyMap<number, SkippedKey>;
}

/** How far a ratchet is turned at once, how many skipped keys it keeps, and for how long (seconds). */
export interface RatchetLimits {
  readonly ahead: number;
  readonly kept: number;
  readonly seconds: number;
}

export const DEFAULT_LIMITS: RatchetLimits = { ahead: 1024, kept: 1024, seconds: 7 * 86_400 };

const LAST_GENERATION = 0xffff_ffff;

export const newRatchet = (secret: Uint8Array): Ratchet => ({
  secret,
  generation: 0,
  skipped: new Map(),
});

function messageKey(suite: CipherSuite, { secret, generation }: Ratchet): MessageKey {
  return {
    key: deriveTreeSecret(suite, secret, 'key', generation, suite.aead.keySize),
    nonce: deriveTreeSecret(suite, secret, 'nonce', generation, NONCE),
  };
}

function turned(suite: CipherSuite, { secret, generation, skipped }: Ratchet): Ratchet {
  if (generation >= LAST_GENERATION) throw new MlsError('invalid-argument', 'no generation left');
  const next = deriveTreeSecret(suite, secret, 'secret', generation, suite.hash.size);
  return { secret: next, generation: generation + 1, skipped };
}

/** The key for the next message to send. */
export function nextKey(
  suite: CipherSuite,
  ratchet: Ratchet,
): { readonly ratchet: Ratchet; readonly generation: number; readonly key: MessageKey } {
  const { generation } = ratchet;
  return { ratchet: turned(suite, ratchet), generation, key: messageKey(suite, ratchet) };
}

/** Without the skipped keys that waited too long, or are too many. */
export function pruned(ratchet: Ratchet, limits: RatchetLimits, now: number): Ratchet {
  const alive = [...ratchet.skipped].filter(([, { since }]) => since + limits.seconds > now);
  const kept = alive.slice(Math.max(0, alive.length - limits.kept));
  return kept.length === ratchet.skipped.size ? ratchet : { ...ratchet, skipped: new Map(kept) };
}

/**
 * The key of a received message, which opens once.
 * @throws MlsError `replayed` where it was used or forgotten, `cannot-open` where it is too far ahead
 */
export function takeKey(
  suite: CipherSuite,
  ratchet: Ratchet,
  generation: number,
  limits: RatchetLimits,
  now: number,
): { readonly ratchet: Ratchet; readonly key: MessageKey } {
  if (generation < ratchet.generation) {
    const key = ratchet.skipped.get(generation);
    if (key === undefined) throw new MlsError('replayed');
    const skipped = new Map(ratchet.skipped);
    skipped.delete(generation);
    return { ratchet: { ...ratchet, skipped }, key };
  }
  if (generation - ratchet.generation > limits.ahead) {
    throw new MlsError('cannot-open', 'too far ahead of what was opened');
  }
  let at = ratchet;
  if (at.generation < generation) {
    const skipped = new Map(at.skipped);
    for (; at.generation < generation; at = turned(suite, at)) {
      skipped.set(at.generation, { ...messageKey(suite, at), since: now });
    }
    at = pruned({ ...at, skipped }, limits, now);
  }
  return { ratchet: turned(suite, at), key: messageKey(suite, at) };
}
