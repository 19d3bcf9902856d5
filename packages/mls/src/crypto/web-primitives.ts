/**
 * Primitives for browsers, workers and any Node: WebCrypto where it has them, `@noble/hashes` for hashes, since
 * WebCrypto's are asynchronous, and `mlkem` where WebCrypto has no ML-KEM yet.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { CHash } from '@noble/hashes/utils.js';
import { concat } from '../codec/bytes.ts';
import { MlsError } from '../mls-error.ts';
import { mlKem768 } from './ml-kem.ts';
import type { Aead, DiffieHellman, Hash, Primitives, SignatureScheme } from './primitives.ts';

/** A hash of `@noble/hashes`. */
export const nobleHash = (hash: CHash): Hash => ({
  size: hash.outputLen,
  digest: (data) => hash(data),
  hmac: (key, data) => hmac(hash, key, data),
});

/** WebCrypto takes no views of shared memory; nothing else is made here. */
const own = (bytes: Uint8Array) => bytes as Uint8Array<ArrayBuffer>;

const gcmKey = (key: Uint8Array, usage: KeyUsage) =>
  crypto.subtle.importKey('raw', own(key), 'AES-GCM', false, [usage]);

const gcm = (nonce: Uint8Array, aad: Uint8Array): AesGcmParams => ({
  name: 'AES-GCM',
  iv: own(nonce),
  additionalData: own(aad),
});

const aesGcm: Aead = {
  async seal(key, nonce, aad, plaintext) {
    const usable = await gcmKey(key, 'encrypt');
    return new Uint8Array(await crypto.subtle.encrypt(gcm(nonce, aad), usable, own(plaintext)));
  },
  async open(key, nonce, aad, sealed) {
    const usable = await gcmKey(key, 'decrypt');
    try {
      return new Uint8Array(await crypto.subtle.decrypt(gcm(nonce, aad), usable, own(sealed)));
    } catch (cause) {
      throw new MlsError('cannot-open', 'cannot-open', { cause });
    }
  },
};

/** DER of a PKCS #8 PrivateKeyInfo up to the 32 bytes of the key (RFC 8410 section 7): WebCrypto takes no bare one. */
const pkcs8Prefix = (algorithm: number) =>
  Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, algorithm, 4, 34, 4, 32);
const PKCS8 = { Ed25519: pkcs8Prefix(0x70), X25519: pkcs8Prefix(0x6e) };
type Curve = keyof typeof PKCS8;

function privateKey(curve: Curve, bytes: Uint8Array, usages: KeyUsage[], extractable = false) {
  const pkcs8 = concat(PKCS8[curve], bytes);
  return crypto.subtle.importKey('pkcs8', pkcs8, curve, extractable, usages);
}

async function publicKeyOf(curve: Curve, bytes: Uint8Array, usage: KeyUsage): Promise<Uint8Array> {
  const { x } = await crypto.subtle.exportKey('jwk', await privateKey(curve, bytes, [usage], true));
  const text = atob((x ?? '').replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const ed25519: SignatureScheme = {
  publicKey: (seed) => publicKeyOf('Ed25519', seed, 'sign'),
  async sign(seed, message) {
    const key = await privateKey('Ed25519', seed, ['sign']);
    return new Uint8Array(await crypto.subtle.sign('Ed25519', key, own(message)));
  },
  async verify(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    const usable = await crypto.subtle.importKey('raw', own(publicKey), 'Ed25519', false, [
      'verify',
    ]);
    return crypto.subtle.verify('Ed25519', usable, own(signature), own(message));
  },
};

const x25519: DiffieHellman = {
  publicKey: (scalar) => publicKeyOf('X25519', scalar, 'deriveBits'),
  async sharedSecret(scalar, publicKey) {
    const key = await privateKey('X25519', scalar, ['deriveBits']);
    const peer = await crypto.subtle.importKey('raw', own(publicKey), 'X25519', false, []);
    const params = { name: 'X25519', public: peer };
    return new Uint8Array(await crypto.subtle.deriveBits(params, key, 256));
  },
};

export const webPrimitives: Primitives = {
  sha256: nobleHash(sha256),
  aesGcm,
  ed25519,
  x25519,
  mlKem768,
};

export const systemRandom = (length: number): Uint8Array =>
  crypto.getRandomValues(new Uint8Array(length));
