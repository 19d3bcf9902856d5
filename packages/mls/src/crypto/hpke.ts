/**
 * HPKE in base mode (RFC 9180 sections 5 and 6.1), each context for one message or one export: all that MLS needs.
 */
import { concat, EMPTY, utf8 } from '../codec/bytes.ts';
import { MlsError } from '../mls-error.ts';
import { type CipherSuite, type KeyPair, NONCE } from './cipher-suite.ts';
import { labeled } from './hpke-labels.ts';
import type { Random } from './primitives.ts';

/** RFC 9180 section 7.2, by the size of the hash. */
const KDF_IDS: Readonly<Record<number, number>> = { 32: 1, 48: 2, 64: 3 };

/** KeySchedule of section 5.1 for mode_base. What does not depend on the secret is computed once for all of them. */
function keySchedule({ kem, hash, aead }: CipherSuite, info: Uint8Array) {
  const ids = [kem.id, KDF_IDS[hash.size] ?? 0, aead.id].flatMap((id) => [id >> 8, id]);
  const kdf = labeled(hash, concat(utf8('HPKE'), Uint8Array.from(ids)));
  const context = concat(
    Uint8Array.of(0),
    kdf.extract(EMPTY, 'psk_id_hash', EMPTY),
    kdf.extract(EMPTY, 'info_hash', info),
  );
  return (secret: Uint8Array) => {
    const prk = kdf.extract(secret, 'secret', EMPTY);
    return {
      key: () => kdf.expand(prk, 'key', context, aead.keySize),
      nonce: () => kdf.expand(prk, 'base_nonce', context, NONCE),
      export: (exporterContext: Uint8Array, length: number) =>
        kdf.expand(kdf.expand(prk, 'exp', context, hash.size), 'sec', exporterContext, length),
    };
  };
}

/** @throws MlsError `cannot-open` */
function encap({ kem }: CipherSuite, publicKey: Uint8Array, random: Random) {
  if (publicKey.length !== kem.publicKeySize) throw new MlsError('cannot-open', 'not a key');
  return kem.encap(publicKey, random);
}

export type Sealer = (
  publicKey: Uint8Array,
  plaintext: Uint8Array,
  random: Random,
) => Promise<{ readonly enc: Uint8Array; readonly ciphertext: Uint8Array }>;

/**
 * SealBase under one `info`: one plaintext to each of any number of public keys, nothing authenticated beside it.
 * What it returns throws MlsError `cannot-open` for what is no key.
 */
export function sealer(suite: CipherSuite, info: Uint8Array): Sealer {
  const keysOf = keySchedule(suite, info);
  return async (publicKey, plaintext, random) => {
    const { secret, enc } = await encap(suite, publicKey, random);
    const keys = keysOf(secret);
    const ciphertext = await suite.aead.seal(keys.key(), keys.nonce(), EMPTY, plaintext);
    return { enc, ciphertext };
  };
}

/** OpenBase. @throws MlsError `cannot-open` */
export async function open(
  suite: CipherSuite,
  keyPair: KeyPair,
  info: Uint8Array,
  enc: Uint8Array,
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  const keys = keySchedule(suite, info)(await suite.kem.decap(enc, keyPair));
  return suite.aead.open(keys.key(), keys.nonce(), EMPTY, ciphertext);
}

/** SendExportBase with an empty info. @throws MlsError `cannot-open` */
export async function sendExport(
  suite: CipherSuite,
  publicKey: Uint8Array,
  exporterContext: Uint8Array,
  length: number,
  random: Random,
): Promise<{ enc: Uint8Array; exported: Uint8Array }> {
  if (publicKey.length !== suite.kem.publicKeySize) throw new MlsError('cannot-open', 'not a key');
  const { secret, enc } = await suite.kem.encap(publicKey, random);
  return { enc, exported: keySchedule(suite, EMPTY)(secret).export(exporterContext, length) };
}

/** ReceiveExportBase with an empty info. @throws MlsError `cannot-open` */
export async function receiveExport(
  suite: CipherSuite,
  keyPair: KeyPair,
  enc: Uint8Array,
  exporterContext: Uint8Array,
  length: number,
): Promise<Uint8Array> {
  const secret = await suite.kem.decap(enc, keyPair);
  return keySchedule(suite, EMPTY)(secret).export(exporterContext, length);
}
