/**
 * The lock of a browser's store: the device key wrapped under a key that only a passphrase or a passkey gives
 * (AES-256-GCM, NIST SP 800-38D). It lies in the database of idb-device-key.ts, in place of the key itself. A store
 * is sealed anew when a lock is set: the key that lay there in clear before may be left on the disk.
 */
import { DEVICE_KEY_ALGORITHM, DEVICE_KEY_USAGES } from './device-key.ts';

const NONCE_BYTES = 12;
/** Each guess costs 128 MB. */
const COST = 2 ** 17;
const SALT_BYTES = 16;

export type Way =
  /** scrypt (RFC 7914) with r = 8 and p = 1. */
  | { readonly by: 'passphrase'; readonly salt: Uint8Array<ArrayBuffer>; readonly cost: number }
  /** What WebAuthn's PRF extension answers to `salt` with that credential. */
  | {
      readonly by: 'passkey';
      readonly id: Uint8Array<ArrayBuffer>;
      readonly salt: Uint8Array<ArrayBuffer>;
    };

export type Lock = Way & { readonly wrapped: Uint8Array<ArrayBuffer> };

/** The device key, and the lock that it was under. */
export interface Unlocked {
  readonly key: CryptoKey;
  readonly lock: Lock;
}

export function newPassphraseWay(): Extract<Way, { by: 'passphrase' }> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  return { by: 'passphrase', salt, cost: COST };
}

/** A new device key, and the lock that it is under. @param secret 32 bytes, by that way */
export async function newLock(way: Way, secret: Uint8Array): Promise<Unlocked> {
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const wrapping = await wrappingKey(secret);
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, wrapping, raw);
  const key = await deviceKeyOf(raw);
  raw.fill(0);
  const wrapped = new Uint8Array(NONCE_BYTES + sealed.byteLength);
  wrapped.set(iv);
  wrapped.set(new Uint8Array(sealed), NONCE_BYTES);
  return { key, lock: { ...way, wrapped } };
}

/** The device key, non-extractable; null: that is not the secret. */
export async function unlocked({ wrapped }: Lock, secret: Uint8Array): Promise<CryptoKey | null> {
  const iv = wrapped.slice(0, NONCE_BYTES);
  const wrapping = await wrappingKey(secret);
  try {
    const raw = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv },
      wrapping,
      wrapped.slice(NONCE_BYTES),
    );
    return await deviceKeyOf(new Uint8Array(raw));
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

async function wrappingKey(secret: Uint8Array): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', secret.slice(), 'HKDF', false, ['deriveKey']);
  const info = new TextEncoder().encode('polynya device lock');
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info },
    base,
    DEVICE_KEY_ALGORITHM,
    false,
    ['encrypt', 'decrypt'],
  );
}

function deviceKeyOf(raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', raw, DEVICE_KEY_ALGORITHM, false, [...DEVICE_KEY_USAGES]);
}
