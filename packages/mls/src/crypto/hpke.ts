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

/** KeySchedule of section 5.1 for mode_base. */
function context({ kem, hash, aead }: CipherSuite, secret: Uint8Array, info: Uint8Array) {
  const ids = [kem.id, KDF_IDS[hash.size] ?? 0, aead.id].flatMap((id) => [id >> 8, id]);
  const kdf = labeled(hash, concat(utf8('HPKE'), Uint8Array.from(ids)));
  const scheduled = concat(
    Uint8Array.of(0),
    kdf.extract(EMPTY, 'psk_id_hash', EMPTY),
    kdf.extract(EMPTY, 'info_hash', info),
  );
  const prk = kdf.extract(secret, 'secret', EMPTY);
  return {
    key: () => kdf.expand(prk, 'key', scheduled, aead.keySize),
    nonce: () => kdf.expand(prk, 'base_nonce', scheduled, NONCE),
    export: (exporterContext: Uint8Array, length: number) =>
      kdf.expand(kdf.expand(prk, 'exp', scheduled, hash.size), 'sec', exporterContext, length),
  };
}

/** SealBase: one plaintext to a public key, nothing authenticated beside it. @throws MlsError `cannot-open` */
export async function seal(
  suite: CipherSuite,
  publicKey: Uint8Array,
  info: Uint8Array,
  plaintext: Uint8Array,
  random: Random,
): Promise<{ enc: Uint8Array; ciphertext: Uint8Array }> {
  if (publicKey.length !== suite.kem.publicKeySize) throw new MlsError('cannot-open', 'not a key');
  const { secret, enc } = await suite.kem.encap(publicKey, random);
  const keys = context(suite, secret, info);
  const ciphertext = await suite.aead.seal(keys.key(), keys.nonce(), EMPTY, plaintext);
  return { enc, ciphertext };
}

/** OpenBase. @throws MlsError `cannot-open` */
export async function open(
  suite: CipherSuite,
  keyPair: KeyPair,
  info: Uint8Array,
  enc: Uint8Array,
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  const keys = context(suite, await suite.kem.decap(enc, keyPair), info);
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
  return { enc, exported: context(suite, secret, EMPTY).export(exporterContext, length) };
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
  return context(suite, secret, EMPTY).export(exporterContext, length);
}
