/**
 * This device's KeyPackages in stock: one-time ones and a last resort, each sealed under the contact token of
 * those it is for, so that the server learns no key (docs/protocol.md section 7).
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Engine, OwnKeyPackage } from '@polynya/mls/engine';
import { concat, toHex, utf8 } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { bool, struct, uint } from '@polynya/protocol/schema';
import type { Random } from '@polynya/reach/clock';
import { ownKeyPackage } from '../conversation/state.ts';
import type { Self } from '../identity/self.ts';
import type { Change, Store } from '../store/store.ts';

/** Seconds. */
const DAY = 86_400;
const LIFETIME = 28 * DAY;
const NONCE = 12;
const PREFIX = 'key-package/';
/** Bytes of a KeyPackageRef (RFC 9420 section 5.2) by which its owner finds it. */
export const REF = 16;

const record = struct({
  own: ownKeyPackage,
  lastResort: bool,
  /** Seconds since 1970: from then on nobody takes it. */
  until: uint(),
});

/** A KeyPackage that may be in stock, and that a letter may be sealed to. */
export interface StockedKeyPackage {
  readonly own: OwnKeyPackage;
  readonly lastResort: boolean;
}

export async function makeKeyPackage(
  engine: Engine,
  self: Self,
  now: number,
  lastResort: boolean,
): Promise<OwnKeyPackage> {
  const seconds = Math.floor(now / 1_000);
  return engine.keyPackage({
    credential: self.credential,
    signatureKey: self.device,
    notBefore: seconds - DAY,
    notAfter: seconds + LIFETIME,
    lastResort,
  });
}

/** @param now ms, when it was made */
export function keyPackageSaved(own: OwnKeyPackage, lastResort: boolean, now: number): Change {
  const { keyPackage, secrets, ref } = own;
  const until = Math.floor(now / 1_000) + LIFETIME;
  const value = encodeCbor(record.encode({ own: { keyPackage, secrets, ref }, lastResort, until }));
  return { table: 'self', key: keyOf(ref), value };
}

/**
 * The writes that forget KeyPackages, last resorts too, whose time is over: whoever took one writes within a day.
 * Only for a device that has read its inbox.
 */
export async function expiredKeyPackages(store: Store, now: number): Promise<Change[]> {
  const rows = await store.range('self', { from: PREFIX, to: 'key-package0' });
  return rows
    .filter(([, value]) => record.decode(decodeCbor(value)).until + DAY < now / 1_000)
    .map(([key]) => ({ table: 'self', key, value: null }));
}

/** @param ref the KeyPackageRef, or so much of it as letters carry */
export async function findKeyPackage(
  store: Store,
  ref: Uint8Array,
): Promise<StockedKeyPackage | null> {
  const stored = await store.get('self', keyOf(ref));
  return stored ? record.decode(decodeCbor(stored)) : null;
}

/** Once joined, unless it is a last resort. */
export function keyPackageUsed(ref: Uint8Array): Change {
  return { table: 'self', key: keyOf(ref), value: null };
}

export async function sealKeyPackage(
  token: Uint8Array,
  random: Random,
  keyPackage: Uint8Array,
): Promise<Uint8Array> {
  const iv = new Uint8Array(random(NONCE));
  const key = await sealingKey(token, 'encrypt');
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv },
    key,
    new Uint8Array(keyPackage),
  );
  return concat(iv, new Uint8Array(sealed));
}

/** @throws ProtocolError 'malformed' */
export async function openKeyPackage(token: Uint8Array, sealed: Uint8Array): Promise<Uint8Array> {
  const key = await sealingKey(token, 'decrypt');
  const iv = new Uint8Array(sealed.slice(0, NONCE));
  try {
    const body = new Uint8Array(sealed.slice(NONCE));
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, body));
  } catch {
    throw new ProtocolError('malformed', 'a KeyPackage does not open');
  }
}

async function sealingKey(token: Uint8Array, usage: KeyUsage): Promise<CryptoKey> {
  const raw = hkdf(sha256, token, new Uint8Array(0), utf8('polynya key package'), 32);
  return crypto.subtle.importKey('raw', new Uint8Array(raw), 'AES-GCM', false, [usage]);
}

function keyOf(ref: Uint8Array): string {
  return `${PREFIX}${toHex(ref.slice(0, REF))}`;
}
