/** Primitives for Node, synchronous: a WebCrypto call there waits for a thread, which costs more than most of this. */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  hash,
  type KeyExportOptions,
  type KeyObject,
  type PrivateKeyInput,
  type PublicKeyInput,
  sign,
  verify,
} from 'node:crypto';
import { concat } from './bytes.ts';
import { CryptoError } from './crypto-error.ts';
import type {
  Aead,
  DiffieHellman,
  Hash,
  MlKem,
  Primitives,
  SignatureScheme,
} from './primitives.ts';

/** Node's own results stand alone in their memory: no copy of a secret stays behind. */
const bytes = ({ buffer, byteOffset, length }: Buffer): Uint8Array =>
  new Uint8Array(buffer, byteOffset, length);
const TAG = 16;

const sha256: Hash = {
  size: 32,
  digest: (data) => bytes(hash('sha256', data, 'buffer')),
  hmac: (key, data) => bytes(createHmac('sha256', key).update(data).digest()),
};

const cipher = (key: Uint8Array) => (key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm');

const aesGcm: Aead = {
  seal(key, nonce, aad, plaintext) {
    const sealing = createCipheriv(cipher(key), key, nonce);
    sealing.setAAD(aad);
    const ciphertext = sealing.update(plaintext);
    sealing.final();
    return concat(ciphertext, sealing.getAuthTag());
  },
  open(key, nonce, aad, sealed) {
    const end = sealed.length - TAG;
    if (end < 0) throw new CryptoError('does not open');
    const opening = createDecipheriv(cipher(key), key, nonce, { authTagLength: TAG });
    opening.setAAD(aad).setAuthTag(sealed.subarray(end));
    const plaintext = opening.update(sealed.subarray(0, end));
    try {
      opening.final();
      return bytes(plaintext);
    } catch (cause) {
      throw new CryptoError('does not open', { cause });
    }
  },
};

type KeyType = 'ed25519' | 'x25519' | 'ml-kem-768';

/** Node's own form of a key is made once for each byte string, and goes with it. */
function keyCache(make: (key: Uint8Array) => KeyObject): (key: Uint8Array) => KeyObject {
  const made = new WeakMap<Uint8Array, KeyObject>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const fresh = make(key);
    made.set(key, fresh);
    return fresh;
  };
}

// Node 26 takes and gives bare keys; the types that there are for it do not say so yet.
const publicKeys = (asymmetricKeyType: KeyType) => (key: Uint8Array) =>
  createPublicKey({ key, format: 'raw-public', asymmetricKeyType } as unknown as PublicKeyInput);
const privateKeys =
  (asymmetricKeyType: KeyType, format: 'raw-private' | 'raw-seed') => (key: Uint8Array) =>
    createPrivateKey({ key, format, asymmetricKeyType } as unknown as PrivateKeyInput);
const RAW = { format: 'raw-public' } as unknown as KeyExportOptions<'der'>;
const publicBytes = (privateKey: KeyObject): Uint8Array =>
  bytes(createPublicKey(privateKey).export(RAW));

const edPublic = keyCache(publicKeys('ed25519'));
const edPrivate = keyCache(privateKeys('ed25519', 'raw-private'));

const ed25519: SignatureScheme = {
  publicKey: (seed) => publicBytes(edPrivate(seed)),
  sign: (seed, message) => bytes(sign(null, message, edPrivate(seed))),
  verify: (publicKey, message, signature) =>
    publicKey.length === 32 &&
    signature.length === 64 &&
    verify(null, message, edPublic(publicKey), signature),
  verifyAside(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) return Promise.resolve(false);
    return new Promise((resolve, reject) => {
      const done = (error: Error | null, holds: boolean) =>
        error ? reject(error) : resolve(holds);
      verify(null, message, edPublic(publicKey), signature, done);
    });
  },
};

const xPublic = publicKeys('x25519');
const xPrivate = keyCache(privateKeys('x25519', 'raw-private'));

const x25519: DiffieHellman = {
  publicKey: (scalar) => publicBytes(xPrivate(scalar)),
  sharedSecret: (scalar, publicKey) =>
    bytes(diffieHellman({ privateKey: xPrivate(scalar), publicKey: xPublic(publicKey) })),
};

const kemPublic = publicKeys('ml-kem-768');
const kemPrivate = keyCache(privateKeys('ml-kem-768', 'raw-seed'));

const mlKem768: MlKem = {
  publicKey: (seed) => publicBytes(kemPrivate(seed)),
  encapsulate(publicKey) {
    const { sharedKey, ciphertext } = encapsulate(kemPublic(publicKey));
    return { sharedSecret: bytes(sharedKey), ciphertext: bytes(ciphertext) };
  },
  decapsulate: (seed, ciphertext) => bytes(decapsulate(kemPrivate(seed), ciphertext)),
};

export const nodePrimitives: Primitives = { sha256, aesGcm, ed25519, x25519, mlKem768 };
