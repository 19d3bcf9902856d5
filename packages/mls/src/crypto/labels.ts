/**
 * The labelled functions of RFC 9420: signing (section 5.1.2), encrypting to a public key (5.1.3), references (5.2)
 * and derivation (8, and for trees 9). Every label says that it is MLS 1.0, so that no key serves two ends.
 */
import { EMPTY, utf8 } from '@polynya/crypto/bytes';
import { expand } from '@polynya/crypto/hkdf';
import * as hpke from '@polynya/crypto/hpke';
import type { KeyPair } from '@polynya/crypto/hpke-suite';
import type { Maybe, Random, SignatureScheme } from '@polynya/crypto/primitives';
import { encode, type Infer, opaque, struct, uint16 } from '../codec/codec.ts';
import { Writer } from '../codec/writer.ts';
import { attempt } from '../mls-error.ts';
import type { CipherSuite } from './cipher-suite.ts';

const labelled = struct({ label: opaque, content: opaque });
const kdfLabel = struct({ length: uint16, label: opaque, context: opaque });

const withLabel = (label: string, content: Uint8Array): Uint8Array =>
  encode(labelled, { label: utf8(`MLS 1.0 ${label}`), content }, content.length + 64);

/** HPKECiphertext, section 7.6. */
export const hpkeCiphertext = struct({ kemOutput: opaque, ciphertext: opaque });
export type HpkeCiphertext = Infer<typeof hpkeCiphertext>;

export function signWithLabel(
  { signature }: CipherSuite,
  privateKey: Uint8Array,
  label: string,
  content: Uint8Array,
): Maybe<Uint8Array> {
  return signature.sign(privateKey, withLabel(label, content));
}

export function verifyWithLabel(
  { signature }: { readonly signature: Pick<SignatureScheme, 'verify'> },
  publicKey: Uint8Array,
  label: string,
  content: Uint8Array,
  signed: Uint8Array,
): Maybe<boolean> {
  return signature.verify(publicKey, withLabel(label, content), signed);
}

/** EncryptWithLabel to any number of public keys, under one label and context. */
export function sealerWithLabel(
  suite: CipherSuite,
  label: string,
  context: Uint8Array,
): (publicKey: Uint8Array, plaintext: Uint8Array, random: Random) => Promise<HpkeCiphertext> {
  const seal = hpke.sealer(suite, withLabel(label, context));
  return async (publicKey, plaintext, random) => {
    const { enc, ciphertext } = await attempt('cannot-open', () =>
      seal(publicKey, plaintext, random),
    );
    return { kemOutput: enc, ciphertext };
  };
}

/** @throws MlsError `cannot-open` if `publicKey` is none */
export function encryptWithLabel(
  suite: CipherSuite,
  publicKey: Uint8Array,
  label: string,
  context: Uint8Array,
  plaintext: Uint8Array,
  random: Random,
): Promise<HpkeCiphertext> {
  return sealerWithLabel(suite, label, context)(publicKey, plaintext, random);
}

/** @throws MlsError `cannot-open` */
export async function decryptWithLabel(
  suite: CipherSuite,
  keyPair: KeyPair,
  label: string,
  context: Uint8Array,
  { kemOutput, ciphertext }: HpkeCiphertext,
): Promise<Uint8Array> {
  const info = withLabel(label, context);
  return attempt('cannot-open', () => hpke.open(suite, keyPair, info, kemOutput, ciphertext));
}

/** `label` is given whole, as section 5.2 does: "MLS 1.0 KeyPackage Reference" and the like. */
export function refHash({ hash }: CipherSuite, label: string, value: Uint8Array): Uint8Array {
  return hash.digest(encode(labelled, { label: utf8(label), content: value }));
}

export function expandWithLabel(
  { hash }: CipherSuite,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  const info = encode(kdfLabel, { length, label: utf8(`MLS 1.0 ${label}`), context });
  return expand(hash, secret, info, length);
}

export function deriveSecret(suite: CipherSuite, secret: Uint8Array, label: string): Uint8Array {
  return expandWithLabel(suite, secret, label, EMPTY, suite.hash.size);
}

export function deriveTreeSecret(
  suite: CipherSuite,
  secret: Uint8Array,
  label: string,
  generation: number,
  length: number,
): Uint8Array {
  const context = new Writer(4);
  context.uint(generation, 4);
  return expandWithLabel(suite, secret, label, context.finish(), length);
}
