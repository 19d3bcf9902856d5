/** KeyPackages (RFC 9420 section 10) of Polynya: made, from a seed where wanted, read from storage, and judged. */
import { EMPTY, sameBytes, utf8 } from '@polynya/crypto/bytes';
import { expand, extract } from '@polynya/crypto/hkdf';
import type { KeyPair } from '@polynya/crypto/hpke-suite';
import type { Random } from '@polynya/crypto/primitives';
import { decode, encode, opaque, struct } from '../codec/codec.ts';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import type { InspectedKeyPackage, KeyPackageOptions, OwnKeyPackage } from '../engine.ts';
import type { Environment } from '../group/environment.ts';
import { greased } from '../group/grease.ts';
import { type KeyPackage, keyPackage, keyPackageRef } from '../group/key-package.ts';
import { validateKeyPackage } from '../group/key-package-validation.ts';
import * as rfc from '../group/own-key-package.ts';
import { MlsError, within } from '../mls-error.ts';
import { BASIC_CREDENTIAL } from '../tree/leaf-node.ts';
import { MAX_CREDENTIAL, MAX_KEY_PACKAGE } from './limits.ts';

const SEED = 32;
const secretsCodec = struct({ init: opaque, leaf: opaque, signature: opaque });

const whole = (time: number): boolean => Number.isSafeInteger(time) && time >= 0;

/** Signs a KeyPackage whose keys all derive from one seed (HKDF, RFC 5869), so equal inputs give equal bytes. */
export async function makeKeyPackage(
  suite: CipherSuite,
  random: Random,
  options: KeyPackageOptions,
): Promise<OwnKeyPackage> {
  const seed = options.seed ?? random(SEED);
  const { notBefore, notAfter } = options;
  if (seed.length !== SEED) throw new MlsError('invalid-argument', 'a seed is 32 bytes');
  if (!whole(notBefore) || !whole(notAfter))
    throw new MlsError('invalid-argument', 'times are whole seconds');
  const prk = extract(suite.hash, EMPTY, seed);
  const derive = (label: string) =>
    expand(suite.hash, prk, utf8(`polynya mls key package ${label}`), SEED);
  const init = await suite.kem.deriveKeyPair(derive('init'));
  const leaf = await suite.kem.deriveKeyPair(derive('leaf'));
  const signature = await signatureOf(suite, options.signatureKey, () => derive('signature'));
  const content =
    options.credential instanceof Uint8Array
      ? options.credential
      : await options.credential(signature.publicKey);
  if (content.length > MAX_CREDENTIAL)
    throw new MlsError('invalid-argument', 'the credential is too long');
  const extensions = options.lastResort === true ? [rfc.LAST_RESORT] : [];
  const known = rfc.defaultCapabilities(
    suite,
    extensions.map(({ extensionType }) => extensionType),
  );
  const made = await rfc.keyPackageOf(suite, init, leaf, {
    credential: { credentialType: BASIC_CREDENTIAL, content },
    signature,
    lifetime: { notBefore: BigInt(notBefore), notAfter: BigInt(notAfter) },
    extensions,
    // What derives from a seed is made twice, and the same.
    ...(options.seed === undefined && { capabilities: greased(known, random) }),
  });
  return {
    keyPackage: encode(keyPackage, made.keyPackage),
    secrets: encode(secretsCodec, {
      init: init.privateKey,
      leaf: leaf.privateKey,
      signature: signature.privateKey,
    }),
    ref: keyPackageRef(suite, made.keyPackage),
  };
}

async function signatureOf(
  { signature }: CipherSuite,
  given: KeyPair | undefined,
  derive: () => Uint8Array,
): Promise<KeyPair> {
  if (given !== undefined)
    return { publicKey: given.publicKey, privateKey: given.privateKey.slice() };
  const privateKey = derive();
  return { privateKey, publicKey: await signature.publicKey(privateKey) };
}

/** Nothing in it is verified. @throws MlsError `malformed` */
export function decodeKeyPackage(bytes: Uint8Array): KeyPackage {
  return decode(keyPackage, bytes, MAX_KEY_PACKAGE);
}

/** An own KeyPackage and its private part, from storage. @throws MlsError `malformed` */
export async function readOwnKeyPackage(
  suite: CipherSuite,
  own: OwnKeyPackage,
): Promise<rfc.OwnKeyPackage> {
  const publicPart = decodeKeyPackage(own.keyPackage);
  const secrets = decode(secretsCodec, own.secrets, MAX_KEY_PACKAGE);
  const { leafNode, initKey } = publicPart;
  const publicKeys = await Promise.all([
    suite.kem.publicKey(secrets.init),
    suite.kem.publicKey(secrets.leaf),
    suite.signature.publicKey(secrets.signature),
  ]).catch((cause: unknown) => Promise.reject(new MlsError('malformed', 'no keys', { cause })));
  const expected = [initKey, leafNode.encryptionKey, leafNode.signatureKey];
  if (!publicKeys.every((key, at) => sameBytes(key, expected[at] ?? EMPTY))) {
    throw new MlsError('malformed', 'these secrets belong to another KeyPackage');
  }
  return {
    keyPackage: publicPart,
    init: { privateKey: secrets.init, publicKey: initKey },
    leaf: { privateKey: secrets.leaf, publicKey: leafNode.encryptionKey },
    signaturePrivateKey: secrets.signature,
  };
}

/** What only Polynya's KeyPackages satisfy: a basic credential of bounded size, and no extensions but one. */
function hasOurForm({ leafNode, extensions }: KeyPackage): boolean {
  const { credential, source } = leafNode;
  return (
    credential.credentialType === BASIC_CREDENTIAL &&
    credential.content.length <= MAX_CREDENTIAL &&
    leafNode.extensions.length === 0 &&
    extensions.every(({ extensionType }) => extensionType === rfc.LAST_RESORT.extensionType) &&
    source.kind === 'keyPackage' &&
    source.lifetime.notAfter <= BigInt(Number.MAX_SAFE_INTEGER)
  );
}

/** @throws MlsError `invalid-key-package` */
export function checkForm(checked: KeyPackage): void {
  if (!hasOurForm(checked)) throw new MlsError('invalid-key-package', 'not of our form');
}

/** @throws MlsError `malformed`, `invalid-key-package`, `expired`, `unknown-credential` */
export async function inspectKeyPackage(
  env: Environment,
  bytes: Uint8Array,
): Promise<InspectedKeyPackage> {
  const checked = decodeKeyPackage(bytes);
  checkForm(checked);
  await within('invalid-key-package', () => validateKeyPackage(env, checked));
  const { leafNode, initKey, extensions } = checked;
  const { source } = leafNode;
  const lifetime = source.kind === 'keyPackage' ? source.lifetime : { notBefore: 0n, notAfter: 0n };
  return {
    credential: leafNode.credential.content,
    signatureKey: leafNode.signatureKey,
    initKey,
    notBefore: Number(lifetime.notBefore),
    notAfter: Number(lifetime.notAfter),
    lastResort: extensions.length > 0,
    ref: keyPackageRef(env.suite, checked),
  };
}
