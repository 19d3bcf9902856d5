/**
 * HPKE in base mode (RFC 9180 sections 5, 6.1 and 6.2), each context for one message and its exports: all that MLS
 * and sessions need.
 */
import { concat, EMPTY, utf8 } from './bytes.ts';
import { CryptoError } from './crypto-error.ts';
import { labeled } from './hpke-labels.ts';
import { type HpkeSuite, type KeyPair, NONCE } from './hpke-suite.ts';
import type { Random } from './primitives.ts';

/** Section 7.2, by the size of the hash. */
const KDF_IDS: Readonly<Record<number, number>> = { 32: 1, 48: 2, 64: 3 };

/** Section 5.3: a secret of `length` bytes that both ends can derive from one sealing. */
export type Export = (exporterContext: Uint8Array, length: number) => Uint8Array;

/** KeySchedule of section 5.1 for mode_base. What does not depend on the secret is computed once for all of them. */
function keySchedule({ kem, hash, aead }: HpkeSuite, info: Uint8Array) {
  const ids = [kem.id, KDF_IDS[hash.size] ?? 0, aead.id].flatMap((id) => [id >> 8, id]);
  const kdf = labeled(hash, concat(utf8('HPKE'), Uint8Array.from(ids)));
  const context = concat(
    Uint8Array.of(0),
    kdf.extract(EMPTY, 'psk_id_hash', EMPTY),
    kdf.extract(EMPTY, 'info_hash', info),
  );
  return (secret: Uint8Array) => {
    const prk = kdf.extract(secret, 'secret', EMPTY);
    const exported: Export = (exporterContext, length) =>
      kdf.expand(kdf.expand(prk, 'exp', context, hash.size), 'sec', exporterContext, length);
    return {
      key: () => kdf.expand(prk, 'key', context, aead.keySize),
      nonce: () => kdf.expand(prk, 'base_nonce', context, NONCE),
      export: exported,
    };
  };
}

function encap({ kem }: HpkeSuite, publicKey: Uint8Array, random: Random) {
  if (publicKey.length !== kem.publicKeySize) throw new CryptoError('not a key');
  return kem.encap(publicKey, random);
}

export interface Sealed {
  readonly enc: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly export: Export;
}

export type Sealer = (
  publicKey: Uint8Array,
  plaintext: Uint8Array,
  random: Random,
  aad?: Uint8Array,
) => Promise<Sealed>;

/**
 * SealBase under one `info`: one plaintext to each of any number of public keys.
 * What it returns throws CryptoError for what is no key.
 */
export function sealer(suite: HpkeSuite, info: Uint8Array): Sealer {
  const keysOf = keySchedule(suite, info);
  return async (publicKey, plaintext, random, aad = EMPTY) => {
    const { secret, enc } = await encap(suite, publicKey, random);
    const keys = keysOf(secret);
    const ciphertext = await suite.aead.seal(keys.key(), keys.nonce(), aad, plaintext);
    return { enc, ciphertext, export: keys.export };
  };
}

/** OpenBase. @throws CryptoError */
export async function open(
  suite: HpkeSuite,
  keyPair: KeyPair,
  info: Uint8Array,
  enc: Uint8Array,
  ciphertext: Uint8Array,
  aad: Uint8Array = EMPTY,
): Promise<Uint8Array> {
  const keys = keySchedule(suite, info)(await suite.kem.decap(enc, keyPair));
  return suite.aead.open(keys.key(), keys.nonce(), aad, ciphertext);
}

/** SendExportBase with an empty info. @throws CryptoError */
export async function sendExport(
  suite: HpkeSuite,
  publicKey: Uint8Array,
  exporterContext: Uint8Array,
  length: number,
  random: Random,
): Promise<{ enc: Uint8Array; exported: Uint8Array }> {
  const { secret, enc } = await encap(suite, publicKey, random);
  return { enc, exported: keySchedule(suite, EMPTY)(secret).export(exporterContext, length) };
}

/** ReceiveExportBase with an empty info. @throws CryptoError */
export async function receiveExport(
  suite: HpkeSuite,
  keyPair: KeyPair,
  enc: Uint8Array,
  exporterContext: Uint8Array,
  length: number,
): Promise<Uint8Array> {
  const secret = await suite.kem.decap(enc, keyPair);
  return keySchedule(suite, EMPTY)(secret).export(exporterContext, length);
}
