/**
 * Sealing to a KeyPackage's init key by EncryptWithLabel (RFC 9420 section 5.1.3), for whoever can take one but
 * shares no group with its owner. The sealed form is HPKECiphertext (section 7.6).
 */
import { encode } from 'ts-mls/codec/tlsEncoder.js';
import { decryptWithLabel, encryptWithLabel } from 'ts-mls/crypto/hpke.js';
import { type Codec, decodeExactly, opaque, struct } from './codec.ts';
import type { OwnKeyPackage } from './engine.ts';
import { decodeKeyPackage, readOwnKeyPackage } from './key-package.ts';
import { MAX_BODY } from './limits.ts';
import { attempt } from './mls-error.ts';
import type { Suite } from './suite.ts';

interface HpkeCiphertext {
  readonly enc: Uint8Array;
  readonly ct: Uint8Array;
}

const ciphertextCodec: Codec<HpkeCiphertext> = struct(
  [opaque, opaque],
  ({ enc, ct }: HpkeCiphertext) => [enc, ct],
  (enc, ct) => ({ enc, ct }),
);

/** @throws MlsError `malformed` */
export async function sealTo(
  { hpke }: Suite,
  keyPackage: Uint8Array,
  label: string,
  context: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const { initKey } = decodeKeyPackage(keyPackage);
  return attempt('malformed', async () => {
    const key = await hpke.importPublicKey(initKey);
    const sealed = await encryptWithLabel(key, label, context, plaintext, hpke);
    return encode(ciphertextCodec.encode)(sealed);
  });
}

/** @throws MlsError `malformed`, `cannot-open` */
export async function openSealed(
  suite: Suite,
  own: OwnKeyPackage,
  label: string,
  context: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  const { enc, ct } = decodeExactly(ciphertextCodec, sealed, MAX_BODY);
  const { secrets } = await readOwnKeyPackage(suite, own);
  return attempt('cannot-open', async () => {
    const key = await suite.hpke.importPrivateKey(secrets.initPrivateKey);
    return decryptWithLabel(key, label, context, enc, ct, suite.hpke);
  });
}
