/**
 * The port through which the platform's cryptography enters: what Polynya's own suites need of it. Hashing is
 * synchronous, because key schedule and trees are made of it; the rest may be either, so callers await it.
 */

export type Maybe<T> = T | Promise<T>;

export interface Hash {
  /** KDF.Nh, bytes. */
  readonly size: number;
  digest(data: Uint8Array): Uint8Array;
  /** HMAC (RFC 2104). */
  hmac(key: Uint8Array, data: Uint8Array): Uint8Array;
}

/** An AEAD of RFC 5116, its nonce 12 bytes and its tag 16, behind the ciphertext. */
export interface Aead {
  seal(
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    plaintext: Uint8Array,
  ): Maybe<Uint8Array>;
  /** @throws CryptoError */
  open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Maybe<Uint8Array>;
}

/** Private keys as RFC 9420 section 5.1.2 has them: a seed, or a scalar. */
export interface SignatureScheme {
  publicKey(privateKey: Uint8Array): Maybe<Uint8Array>;
  sign(privateKey: Uint8Array, message: Uint8Array): Maybe<Uint8Array>;
  /** False for keys and signatures that are none, too. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Maybe<boolean>;
  /** The same on another thread, where `verify` keeps this one. */
  verifyAside?(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>;
}

/** A Diffie-Hellman function on byte strings. Both throw on keys that are none. */
export interface DiffieHellman {
  publicKey(privateKey: Uint8Array): Maybe<Uint8Array>;
  sharedSecret(privateKey: Uint8Array, publicKey: Uint8Array): Maybe<Uint8Array>;
}

/** ML-KEM (FIPS 203). Private keys are 64-byte seeds (d || z). All throw on keys that are none. */
export interface MlKem {
  publicKey(seed: Uint8Array): Maybe<Uint8Array>;
  encapsulate(publicKey: Uint8Array): Maybe<{ sharedSecret: Uint8Array; ciphertext: Uint8Array }>;
  decapsulate(seed: Uint8Array, ciphertext: Uint8Array): Maybe<Uint8Array>;
}

/** How many bytes of randomness: the one source that the engine draws from. */
export type Random = (length: number) => Uint8Array;

export interface Primitives {
  readonly sha256: Hash;
  /** AES-128 or AES-256 by the key's length. */
  readonly aesGcm: Aead;
  readonly ed25519: SignatureScheme;
  readonly x25519: DiffieHellman;
  readonly mlKem768: MlKem;
}
