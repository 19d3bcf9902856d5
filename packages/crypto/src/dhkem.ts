/** DHKEM(Group, KDF) of RFC 9180 section 4.1. */
import { concat, utf8 } from './bytes.ts';
import { CryptoError } from './crypto-error.ts';
import { type Labeled, labeled } from './hpke-labels.ts';
import type { Kem } from './hpke-suite.ts';
import type { DiffieHellman, Hash, Maybe } from './primitives.ts';

export interface DhGroup extends DiffieHellman {
  readonly kemId: number;
  /** Nsk, and Npk which is Nenc too: bytes. */
  readonly privateKeySize: number;
  readonly publicKeySize: number;
  /** The scalar of DeriveKeyPair (section 7.1.3), from the extracted key material. */
  scalar(dkp: Labeled, prk: Uint8Array): Maybe<Uint8Array>;
}

/** As for X25519 and X448: any string is a scalar. */
export const anyScalar =
  (size: number): DhGroup['scalar'] =>
  (dkp, prk) =>
    dkp.expand(prk, 'sk', new Uint8Array(0), size);

/** @throws CryptoError for what the group refuses as a key */
async function shared(group: DhGroup, privateKey: Uint8Array, publicKey: Uint8Array) {
  try {
    return await group.sharedSecret(privateKey, publicKey);
  } catch (cause) {
    throw new CryptoError('not a key', { cause });
  }
}

export function dhkem(group: DhGroup, hash: Hash): Kem {
  const { kemId, privateKeySize, publicKeySize } = group;
  const kdf = labeled(hash, concat(utf8('KEM'), Uint8Array.of(kemId >> 8, kemId)));
  const extractAndExpand = (dh: Uint8Array, context: Uint8Array) =>
    kdf.expand(kdf.extract(new Uint8Array(0), 'eae_prk', dh), 'shared_secret', context, hash.size);

  const kem: Kem = {
    id: kemId,
    privateKeySize,
    publicKeySize,
    publicKey: (privateKey) => group.publicKey(privateKey),
    async deriveKeyPair(ikm) {
      const prk = kdf.extract(new Uint8Array(0), 'dkp_prk', ikm);
      const privateKey = await group.scalar(kdf, prk);
      return { privateKey, publicKey: await group.publicKey(privateKey) };
    },
    async encap(publicKey, random) {
      const ephemeral = await kem.deriveKeyPair(random(privateKeySize));
      const dh = await shared(group, ephemeral.privateKey, publicKey);
      const enc = ephemeral.publicKey;
      return { secret: extractAndExpand(dh, concat(enc, publicKey)), enc };
    },
    async decap(enc, { privateKey, publicKey }) {
      const dh = await shared(group, privateKey, enc);
      return extractAndExpand(dh, concat(enc, publicKey));
    },
  };
  return kem;
}
