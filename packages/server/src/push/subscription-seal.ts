/**
 * A push subscription as it lies in the database: sealed under what opens its log, which the server has only while
 * somebody shows it. So nobody finds in a copy of the disk who is reached where, or which logs are one browser's.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { LIMITS } from '@polynya/protocol/limits';
import { bytes, struct, text } from '@polynya/protocol/schema';
import type { Random } from '@polynya/reach/clock';
import type { Circle } from './circle.ts';
import type { Subscription } from './encryption.ts';

const CIPHER = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;
/** Lengths would tell push services from each other, and browsers. */
const STEP = 512;

const codec = struct({
  id: bytes(16),
  endpoint: text(LIMITS.pushEndpoint),
  key: bytes(65),
  auth: bytes(16),
});

/** With the id that its device gave it, which is sealed too: who knows a device could find its logs by that. */
export interface LeftSubscription extends Subscription {
  readonly id: Uint8Array;
}

/** What seals all subscriptions that one circle of people wakes by. */
export function subscriptionKey({ log, secret }: Pick<Circle, 'log' | 'secret'>): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, log, 'polynya sealed subscription', 32));
}

/** @param row under which it lies, which says nothing: under no other does it open */
export function sealSubscription(
  subscription: LeftSubscription,
  row: Uint8Array,
  key: Uint8Array,
  random: Random,
): Uint8Array {
  const said = encodeCbor(codec.encode({ ...subscription }));
  const padded = Buffer.alloc(Math.ceil((said.length + 2) / STEP) * STEP);
  padded.writeUInt16BE(said.length);
  padded.set(said, 2);
  const nonce = random(NONCE);
  const cipher = createCipheriv(CIPHER, key, nonce);
  cipher.setAAD(row);
  return Buffer.concat([nonce, cipher.update(padded), cipher.final(), cipher.getAuthTag()]);
}

/** null: sealed under another secret, or damaged. */
export function openSubscription(
  sealed: Uint8Array,
  row: Uint8Array,
  key: Uint8Array,
): LeftSubscription | null {
  if (sealed.length < NONCE + STEP + TAG) return null;
  const end = sealed.length - TAG;
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE));
  decipher.setAAD(row);
  decipher.setAuthTag(sealed.subarray(end));
  const padded = decipher.update(sealed.subarray(NONCE, end));
  try {
    decipher.final();
  } catch {
    // The tag is not that of this secret: that is the answer.
    return null;
  }
  return codec.decode(decodeCbor(padded.subarray(2, 2 + padded.readUInt16BE())));
}
