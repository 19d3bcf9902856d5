/** KeyPackages (RFC 9420 section 10): made, from a seed where wanted, and taken from storage. */
import { encode } from 'ts-mls/codec/tlsEncoder.js';
import type { KeyPackage, PrivateKeyPackage } from 'ts-mls/keyPackage.js';
import {
  decodeKeyPackage as decodeKeyPackagePrefix,
  encodeKeyPackage,
  keyPackageEncoder,
  makeKeyPackageRef,
  signKeyPackage,
} from 'ts-mls/keyPackage.js';
import { signLeafNodeKeyPackage } from 'ts-mls/leafNode.js';
import { type Codec, decodeExactly, opaque, sameBytes, struct } from './codec.ts';
import { publicKeyOf } from './ed25519.ts';
import type { KeyPackageOptions, OwnKeyPackage } from './engine.ts';
import { MAX_CREDENTIAL, MAX_KEY_PACKAGE } from './limits.ts';
import { attempt, MlsError } from './mls-error.ts';
import { SUITE, type Suite } from './suite.ts';

/** Extension type `last_resort` of draft-ietf-mls-extensions. */
export const LAST_RESORT = 0x000a;

const keyPackageCodec: Codec<KeyPackage> = {
  encode: keyPackageEncoder,
  decode: decodeKeyPackagePrefix,
};

const secretsCodec: Codec<PrivateKeyPackage> = struct(
  [opaque, opaque, opaque],
  (keys: PrivateKeyPackage) => [keys.initPrivateKey, keys.hpkePrivateKey, keys.signaturePrivateKey],
  (initPrivateKey, hpkePrivateKey, signaturePrivateKey) => ({
    initPrivateKey,
    hpkePrivateKey,
    signaturePrivateKey,
  }),
);

async function derive(suite: Suite, seed: Uint8Array, label: string): Promise<Uint8Array> {
  const info = new TextEncoder().encode(`polynya mls key package ${label}`);
  return suite.kdf.expand(await suite.kdf.extract(new Uint8Array(), seed), info, 32);
}

async function kemKeyPair(suite: Suite, ikm: Uint8Array) {
  const { privateKey, publicKey } = await suite.hpke.deriveKeyPair(ikm);
  return {
    privateKey: await suite.hpke.exportPrivateKey(privateKey),
    publicKey: await suite.hpke.exportPublicKey(publicKey),
  };
}

/** Signs a KeyPackage whose keys all derive from one seed (HKDF, RFC 5869), so equal inputs give equal bytes. */
export async function makeKeyPackage(
  suite: Suite,
  options: KeyPackageOptions,
): Promise<OwnKeyPackage> {
  const seed = options.seed ?? crypto.getRandomValues(new Uint8Array(32));
  const { notBefore, notAfter } = options;
  if (seed.length !== 32) throw new MlsError('invalid-argument', 'a seed is 32 bytes');
  if (![notBefore, notAfter].every((time) => Number.isSafeInteger(time) && time >= 0)) {
    throw new MlsError('invalid-argument', 'times are whole seconds');
  }
  const init = await kemKeyPair(suite, await derive(suite, seed, 'init'));
  const leaf = await kemKeyPair(suite, await derive(suite, seed, 'leaf'));
  const signing =
    options.signatureKey?.privateKey.slice() ?? (await derive(suite, seed, 'signature'));
  const signaturePublicKey = options.signatureKey?.publicKey ?? (await publicKeyOf(signing));
  const identity =
    options.credential instanceof Uint8Array
      ? options.credential
      : await options.credential(signaturePublicKey);
  if (identity.length > MAX_CREDENTIAL) {
    throw new MlsError('invalid-argument', 'the credential is too long');
  }
  const extensions =
    options.lastResort === true
      ? [{ extensionType: LAST_RESORT, extensionData: new Uint8Array() }]
      : [];
  const leafNode = await signLeafNodeKeyPackage(
    {
      leafNodeSource: 'key_package',
      hpkePublicKey: leaf.publicKey,
      signaturePublicKey,
      credential: { credentialType: 'basic', identity },
      capabilities: {
        versions: ['mls10'],
        ciphersuites: [SUITE],
        extensions: extensions.map((extension) => extension.extensionType),
        proposals: [],
        credentials: ['basic'],
      },
      lifetime: { notBefore: BigInt(notBefore), notAfter: BigInt(notAfter) },
      extensions: [],
    },
    signing,
    suite.signature,
  );
  const keyPackage = await signKeyPackage(
    { version: 'mls10', cipherSuite: SUITE, initKey: init.publicKey, leafNode, extensions },
    signing,
    suite.signature,
  );
  return {
    keyPackage: encodeKeyPackage(keyPackage),
    secrets: encode(secretsCodec.encode)({
      initPrivateKey: init.privateKey,
      hpkePrivateKey: leaf.privateKey,
      signaturePrivateKey: signing,
    }),
    ref: await makeKeyPackageRef(keyPackage, suite.hash),
  };
}

/** An own KeyPackage and its private part, from storage. */
export async function readOwnKeyPackage(suite: Suite, own: OwnKeyPackage) {
  const publicPart = decodeKeyPackage(own.keyPackage);
  const secrets = decodeExactly(secretsCodec, own.secrets, MAX_KEY_PACKAGE);
  const [initKey, leafKey, signatureKey] = await attempt('malformed', () =>
    Promise.all([
      suite.kemPublicKey(secrets.initPrivateKey),
      suite.kemPublicKey(secrets.hpkePrivateKey),
      publicKeyOf(secrets.signaturePrivateKey),
    ]),
  );
  if (
    !sameBytes(initKey, publicPart.initKey) ||
    !sameBytes(leafKey, publicPart.leafNode.hpkePublicKey) ||
    !sameBytes(signatureKey, publicPart.leafNode.signaturePublicKey)
  ) {
    throw new MlsError('malformed', 'these secrets belong to another KeyPackage');
  }
  return { publicPart, secrets };
}

/** Decodes one KeyPackage; nothing in it is verified. */
export function decodeKeyPackage(bytes: Uint8Array): KeyPackage {
  return decodeExactly(keyPackageCodec, bytes, MAX_KEY_PACKAGE);
}
