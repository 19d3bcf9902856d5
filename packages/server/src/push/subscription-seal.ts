/**
 * A push subscription as it lies in the database: sealed under what opens its log, which the server has only while
 * somebody shows it. So nobody finds in a copy of the disk who is reached where, or which logs are one browser's.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { LIMITS } from '@polynya/protocol/limits';
import { bytes, struct, text } from '@polynya/protocol/schema';
import type { Random } from '@polynya/reach/clock';
import type { Subscription } from './encryption.ts';

const CIPHER = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;
/** Lengths would tell push services from each other, and browsers. */
const STEP = 512;

const codec = struct({ endpoint: text(LIMITS.pushEndpoint), key: bytes(65), auth: bytes(16) });

/** What seals all subscriptions of a log and epoch. @param secret its capability */
export function subscriptionKey(log: Uint8Array, secret: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, log, 'polynya push subscription', 32));
}

/** @param id under which it lies: under no other does it open */
export function sealSubscription(
  subscription: Subscription,
  id: Uint8Array,
  key: Uint8Array,
  random: Random,
): Uint8Array {
  const said = encodeCbor(codec.encode({ ...subscription }));
  const padded = Buffer.alloc(Math.ceil((said.length + 2) / STEP) * STEP);
  padded.writeUInt16BE(said.length);
  padded.set(said, 2);
  const nonce = random(NONCE);
  const cipher = createCipheriv(CIPHER, key, nonce);
  cipher.setAAD(id);
  return Buffer.concat([nonce, cipher.update(padded), cipher.final(), cipher.getAuthTag()]);
}

/** null: sealed under another secret, or damaged. */
export function openSubscription(
  sealed: Uint8Array,
  id: Uint8Array,
  key: Uint8Array,
): Subscription | null {
  if (sealed.length < NONCE + STEP + TAG) return null;
  const end = sealed.length - TAG;
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE));
  decipher.setAAD(id);
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
