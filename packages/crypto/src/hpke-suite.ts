/** What HPKE is put together of (RFC 9180 sections 4 and 7): a KEM, a hash for HKDF, an AEAD. */
import type { Aead, Hash, Maybe, Random } from './primitives.ts';

export interface KeyPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** A KEM of section 4. All that takes a key throws CryptoError if it is none. */
export interface Kem {
  readonly id: number;
  /** Nsk: bytes of a private key, and of the key material that one derives from. */
  readonly privateKeySize: number;
  readonly publicKeySize: number;
  deriveKeyPair(ikm: Uint8Array): Maybe<KeyPair>;
  publicKey(privateKey: Uint8Array): Maybe<Uint8Array>;
  encap(publicKey: Uint8Array, random: Random): Maybe<{ secret: Uint8Array; enc: Uint8Array }>;
  decap(enc: Uint8Array, keyPair: KeyPair): Maybe<Uint8Array>;
}

export interface HpkeSuite {
  readonly hash: Hash;
  readonly aead: Aead & {
    /** Section 7.3. */
    readonly id: number;
    /** Nk, bytes. */
    readonly keySize: number;
  };
  readonly kem: Kem;
}

/** Nn of every AEAD. */
export const NONCE = 12;

export const AES_128_GCM = { id: 1, keySize: 16 };
export const AES_256_GCM = { id: 2, keySize: 32 };
export const CHACHA20_POLY1305 = { id: 3, keySize: 32 };
