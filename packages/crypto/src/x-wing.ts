/** X-Wing (draft-connolly-cfrg-xwing-kem): X25519 and ML-KEM-768 in one KEM, secure while either of the two is. */
import { sha3_256, shake256 } from 'mlkem';
import { concat, utf8 } from './bytes.ts';
import { CryptoError } from './crypto-error.ts';
import type { Kem } from './hpke-suite.ts';
import type { Primitives } from './primitives.ts';

const LABEL = utf8('\\.//^\\');
const SEED = 32;
const ML_KEM_PUBLIC = 1184;
const ML_KEM_CIPHERTEXT = 1088;
const X25519 = 32;

/** Section 5.3 */
const combine = (
  mlKem: Uint8Array,
  x25519: Uint8Array,
  ciphertext: Uint8Array,
  publicKey: Uint8Array,
): Uint8Array =>
  sha3_256
    .create()
    .update(concat(mlKem, x25519, ciphertext, publicKey, LABEL))
    .digest();

const shake = (data: Uint8Array, dkLen: number): Uint8Array =>
  shake256.create({ dkLen }).update(data).digest();

/** Section 5.2: both private keys from one seed. */
function expandSeed(seed: Uint8Array) {
  const expanded = shake(seed, 96);
  return { mlKem: expanded.subarray(0, 64), x25519: expanded.subarray(64) };
}

/** @throws CryptoError for whatever a primitive refuses */
async function keyed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new CryptoError('not an X-Wing key', { cause });
  }
}

export function xWing({ mlKem768, x25519 }: Pick<Primitives, 'mlKem768' | 'x25519'>): Kem {
  const kem: Kem = {
    id: 0x647a,
    privateKeySize: SEED,
    publicKeySize: ML_KEM_PUBLIC + X25519,
    async publicKey(seed) {
      const keys = expandSeed(seed);
      return concat(await mlKem768.publicKey(keys.mlKem), await x25519.publicKey(keys.x25519));
    },
    async deriveKeyPair(ikm) {
      const privateKey = shake(ikm, SEED);
      return { privateKey, publicKey: await kem.publicKey(privateKey) };
    },
    encap: (publicKey, random) =>
      keyed(async () => {
        const peer = publicKey.slice(ML_KEM_PUBLIC);
        const ephemeral = random(X25519);
        const encapsulated = await mlKem768.encapsulate(publicKey.slice(0, ML_KEM_PUBLIC));
        const share = await x25519.publicKey(ephemeral);
        const dh = await x25519.sharedSecret(ephemeral, peer);
        const secret = combine(encapsulated.sharedSecret, dh, share, peer);
        return { secret, enc: concat(encapsulated.ciphertext, share) };
      }),
    decap: (enc, { privateKey, publicKey }) =>
      keyed(async () => {
        if (enc.length !== ML_KEM_CIPHERTEXT + X25519) throw new CryptoError('does not open');
        const keys = expandSeed(privateKey);
        const share = enc.slice(ML_KEM_CIPHERTEXT);
        const mlKem = await mlKem768.decapsulate(keys.mlKem, enc.slice(0, ML_KEM_CIPHERTEXT));
        const dh = await x25519.sharedSecret(keys.x25519, share);
        return combine(mlKem, dh, share, publicKey.slice(ML_KEM_PUBLIC));
      }),
  };
  return kem;
}
