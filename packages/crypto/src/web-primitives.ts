/**
 * Primitives for browsers, workers and any Node: WebCrypto where it has them, `@noble/hashes` for hashes, since
 * WebCrypto's are asynchronous, and `mlkem` where WebCrypto has no ML-KEM yet.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { CHash } from '@noble/hashes/utils.js';
import { CryptoError } from './crypto-error.ts';
import { ed25519 } from './ed25519.ts';
import { mlKem768 } from './ml-kem.ts';
import { privateKey, publicKeyOf } from './pkcs8.ts';
import type { Aead, DiffieHellman, Hash, Primitives } from './primitives.ts';

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
      throw new CryptoError('does not open', { cause });
    }
  },
};

const x25519: DiffieHellman = {
  publicKey: (scalar) => publicKeyOf('X25519', scalar, 'deriveBits'),
  async sharedSecret(scalar, publicKey) {
    const key = await privateKey('X25519', scalar, 'deriveBits');
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
