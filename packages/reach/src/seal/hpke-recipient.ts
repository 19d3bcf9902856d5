/**
 * The server's half of HPKE (RFC 9180 sections 5.1 and 5.3, base mode, one message) on Node's native
 * ML-KEM-768, X25519 and AES-256-GCM, in one synchronous call. X-Wing: draft-connolly-cfrg-xwing-kem.
 */
import {
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  decapsulate,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { concat, utf8 } from '@polynya/protocol/bytes';
import { ENC, keyIdOf, SHARE, TAG } from '@polynya/protocol/envelope';

const ML_KEM_KEY = 1_184;
const ML_KEM_CIPHERTEXT = ENC - SHARE;
const X_WING_LABEL = Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c);
/** "HPKE", then KEM 0x647a, KDF 0x0001, AEAD 0x0002. */
const SUITE = concat(utf8('HPKE'), Uint8Array.of(0x64, 0x7a, 0, 1, 0, 2));
const VERSION = utf8('HPKE-v1');
const EMPTY = new Uint8Array(0);

export interface OpenedFlight {
  readonly plaintext: Uint8Array;
  /** RFC 9180 section 5.3; at most 32 bytes. */
  export(label: string, length: number): Uint8Array;
}

/** An X-Wing key pair that lives in this process's memory and nowhere else. */
export class HpkeRecipient {
  /** 1,216 bytes. */
  readonly publicKey: Uint8Array;
  /** The first 16 bytes of its SHA-256. */
  readonly keyId: Uint8Array;
  readonly #mlKem: KeyObject;
  readonly #x25519: KeyObject;

  constructor() {
    const mlKem = generateKeyPairSync('ml-kem-768');
    const x25519 = generateKeyPairSync('x25519');
    this.#mlKem = mlKem.privateKey;
    this.#x25519 = x25519.privateKey;
    this.publicKey = concat(rawPublic(mlKem.publicKey, ML_KEM_KEY), rawX25519(x25519.publicKey));
    this.keyId = keyIdOf(this.publicKey);
  }

  /** Opens one sealed message, or says null: not for this key, or changed on its way. */
  open(enc: Uint8Array, ct: Uint8Array, info: Uint8Array, aad: Uint8Array): OpenedFlight | null {
    const shared = this.#decapsulate(enc);
    if (!shared || ct.length < TAG) return null;
    const context = concat(
      Uint8Array.of(0),
      extract(EMPTY, 'psk_id_hash', EMPTY),
      extract(EMPTY, 'info_hash', info),
    );
    const secret = extract(shared, 'secret', EMPTY);
    const plaintext = openGcm(
      expand(secret, 'key', context, 32),
      expand(secret, 'base_nonce', context, 12),
      ct,
      aad,
    );
    if (!plaintext) return null;
    const exporter = expand(secret, 'exp', context, 32);
    return { plaintext, export: (label, length) => expand(exporter, 'sec', utf8(label), length) };
  }

  #decapsulate(enc: Uint8Array): Uint8Array | null {
    if (enc.length !== ENC) return null;
    const theirs = enc.subarray(ML_KEM_CIPHERTEXT);
    const fromX25519 = x25519(this.#x25519, theirs);
    if (!fromX25519) return null;
    const fromMlKem = decapsulate(this.#mlKem, enc.subarray(0, ML_KEM_CIPHERTEXT));
    return createHash('sha3-256')
      .update(fromMlKem)
      .update(fromX25519)
      .update(theirs)
      .update(this.publicKey.subarray(ML_KEM_KEY))
      .update(X_WING_LABEL)
      .digest();
  }
}

/** X25519 (RFC 7748 section 6.1); null where the result would be all zeros. */
export function x25519(privateKey: KeyObject, publicKey: Uint8Array): Uint8Array | null {
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
  try {
    return diffieHellman({ privateKey, publicKey: key });
  } catch {
    return null;
  }
}

/** The 32 raw bytes of an X25519 public key. */
export function rawX25519(key: KeyObject): Uint8Array {
  return rawPublic(key, SHARE);
}

/** AES-256-GCM with the tag at the end; null if it does not open. */
export function openGcm(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  aad: Uint8Array,
): Uint8Array | null {
  const end = sealed.length - TAG;
  if (end < 0) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(end));
  const plaintext = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
    return plaintext;
  } catch {
    return null;
  }
}

/** A SubjectPublicKeyInfo ends with the raw key. */
function rawPublic(key: KeyObject, length: number): Uint8Array {
  return new Uint8Array(key.export({ type: 'spki', format: 'der' }).subarray(-length));
}

function extract(salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  return hmac(salt, VERSION, SUITE, utf8(label), ikm);
}

/** LabeledExpand for at most one block. */
function expand(prk: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array {
  const size = Uint8Array.of(length >> 8, length & 0xff);
  return hmac(prk, size, VERSION, SUITE, utf8(label), info, Uint8Array.of(1)).subarray(0, length);
}

function hmac(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}
