/** Cipher suites (RFC 9420 section 5.1): what each is made of, and how they are numbered. */
import type { Aead, Hash, Maybe, Random, SignatureScheme } from './primitives.ts';

export interface KeyPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** A KEM of RFC 9180 section 4. All that takes a key throws MlsError `cannot-open` if it is none. */
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

export interface CipherSuite {
  readonly id: number;
  readonly hash: Hash;
  readonly aead: Aead & {
    /** As HPKE numbers it (RFC 9180 section 7.3). */
    readonly id: number;
    /** Nk, bytes. */
    readonly keySize: number;
  };
  readonly kem: Kem;
  readonly signature: SignatureScheme;
}

/** AEAD.Nn of every suite. */
export const NONCE = 12;

/** RFC 9420 section 17.1; the two of X-Wing as in draft-ietf-mls-pq-ciphersuites, under private numbers until assigned. */
export const SUITE_IDS = {
  MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519: 1,
  MLS_128_DHKEMP256_AES128GCM_SHA256_P256: 2,
  MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519: 3,
  MLS_256_DHKEMX448_AES256GCM_SHA512_Ed448: 4,
  MLS_256_DHKEMP521_AES256GCM_SHA512_P521: 5,
  MLS_256_DHKEMX448_CHACHA20POLY1305_SHA512_Ed448: 6,
  MLS_256_DHKEMP384_AES256GCM_SHA384_P384: 7,
  MLS_128_XWING_AES128GCM_SHA256_Ed25519: 0xf001,
  MLS_128_XWING_CHACHA20POLY1305_SHA256_Ed25519: 0xf002,
} as const;

export const AES_128_GCM = { id: 1, keySize: 16 };
export const AES_256_GCM = { id: 2, keySize: 32 };
export const CHACHA20_POLY1305 = { id: 3, keySize: 32 };
