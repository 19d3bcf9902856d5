/**
 * The primitives of docs/protocol.md, sections 2 and 3, from node:crypto: X-Wing encapsulation
 * (draft-connolly-cfrg-xwing-kem), HPKE base mode (RFC 9180), HKDF (RFC 5869), AES-256-GCM.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { Malformed } from './cbor.ts';

/** Joins bytes; text as UTF-8. */
export const join = (...parts: (Uint8Array | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part)));

/** SHA-256. */
export const sha256 = (...parts: (Uint8Array | string)[]): Buffer =>
  createHash('sha256')
    .update(join(...parts))
    .digest();

/** HKDF-Extract with SHA-256. */
export const extract = (salt: Uint8Array, ikm: Uint8Array): Buffer =>
  createHmac('sha256', salt).update(ikm).digest();

/** HKDF-Expand with SHA-256, to at most 32 bytes: the first block is all that is asked for here. */
export const expand = (key: Uint8Array, info: Uint8Array, length: number): Buffer =>
  createHmac('sha256', key)
    .update(join(info, Buffer.of(1)))
    .digest()
    .subarray(0, length);

const SPKI = {
  ed25519: '302a300506032b6570032100',
  x25519: '302a300506032b656e032100',
  'ml-kem-768': '308204b2300b0609608648016503040402038204a100',
};

/** A public key of node:crypto from its raw bytes. */
export const publicKey = (kind: keyof typeof SPKI, raw: Uint8Array): KeyObject =>
  createPublicKey({ key: join(Buffer.from(SPKI[kind], 'hex'), raw), format: 'der', type: 'spki' });

/** An ephemeral X25519 key pair, its public key raw. */
export function x25519Pair(): { secret: KeyObject; share: Buffer } {
  const pair = generateKeyPairSync('x25519');
  const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
  return { secret: pair.privateKey, share: spki.subarray(-32) };
}

/** X25519 (RFC 7748). Throws Malformed for an all-zero result, which says that the other key is a bad one. */
export function x25519(secret: KeyObject, share: Uint8Array): Buffer {
  try {
    return diffieHellman({ privateKey: secret, publicKey: publicKey('x25519', share) });
  } catch {
    throw new Malformed('a bad X25519 share');
  }
}

/** The X-Wing combiner: ML-KEM's secret, X25519's, and what both ends saw of X25519. */
export const xWingSecret = (
  mlKemSecret: Uint8Array,
  x25519Secret: Uint8Array,
  ephemeral: Uint8Array,
  recipient: Uint8Array,
): Buffer =>
  createHash('sha3-256')
    .update(join(mlKemSecret, x25519Secret, ephemeral, recipient, '\\.//^\\'))
    .digest();

/** X-Wing encapsulation to a public key of 1,216 bytes: `enc` has 1,120, `secret` 32. */
export function xWingEncapsulate(key: Uint8Array): { enc: Buffer; secret: Buffer } {
  const [mlKem, recipient] = [key.subarray(0, 1184), key.subarray(1184)];
  const { sharedKey, ciphertext } = encapsulate(publicKey('ml-kem-768', mlKem));
  const { secret, share } = x25519Pair();
  const shared = xWingSecret(sharedKey, x25519(secret, recipient), share, recipient);
  return { enc: join(ciphertext, share), secret: shared };
}

/** HPKE's key schedule in base mode (RFC 9180, 5.1) for X-Wing, HKDF-SHA256, AES-256-GCM. */
export function hpkeSchedule(shared: Uint8Array, info: Uint8Array) {
  const suite = join('HPKE', Buffer.from('647a00010002', 'hex'));
  const none = Buffer.alloc(0);
  const labeledExtract = (salt: Uint8Array, label: string, ikm: Uint8Array) =>
    extract(salt, join('HPKE-v1', suite, label, ikm));
  const labeledExpand = (prk: Uint8Array, label: string, context: Uint8Array, length: number) =>
    expand(prk, join(Buffer.of(0, length), 'HPKE-v1', suite, label, context), length);
  const context = join(
    Buffer.of(0),
    labeledExtract(none, 'psk_id_hash', none),
    labeledExtract(none, 'info_hash', info),
  );
  const secret = labeledExtract(shared, 'secret', none);
  const exporter = labeledExpand(secret, 'exp', context, 32);
  return {
    key: labeledExpand(secret, 'key', context, 32),
    /** The nonce of the first message, and there is no second. */
    nonce: labeledExpand(secret, 'base_nonce', context, 12),
    exportSecret: (label: string) => labeledExpand(exporter, 'sec', Buffer.from(label), 32),
  };
}

/** AES-256-GCM: ciphertext and 16 bytes of tag. */
export function seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array) {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad);
  return join(cipher.update(plain), cipher.final(), cipher.getAuthTag());
}

/** Opens what `seal` made; undefined if it was not made with this key, nonce and aad. */
export function open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array) {
  if (sealed.length < 16) return undefined;
  const cipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(aad);
  cipher.setAuthTag(sealed.subarray(-16));
  try {
    return join(cipher.update(sealed.subarray(0, -16)), cipher.final());
  } catch {
    return undefined;
  }
}
