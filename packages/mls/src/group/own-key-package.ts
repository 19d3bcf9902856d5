/** A client's own KeyPackage, and what only it holds of it (RFC 9420 section 10). */
import type { KeyPair } from '@polynya/crypto/hpke-suite';
import type { Random } from '@polynya/crypto/primitives';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { MLS_10 } from '../schedule/group-context.ts';
import { EXTENSION, type Extension } from '../tree/extension.ts';
import {
  BASIC_CREDENTIAL,
  type Capabilities,
  type Credential,
  type Lifetime,
  signLeafNode,
} from '../tree/leaf-node.ts';
import { type KeyPackage, signKeyPackage } from './key-package.ts';

export interface KeyPackageKeys {
  readonly init: KeyPair;
  readonly leaf: KeyPair;
  readonly signaturePrivateKey: Uint8Array;
}

export interface OwnKeyPackage extends KeyPackageKeys {
  readonly keyPackage: KeyPackage;
}

export interface KeyPackageOptions {
  readonly credential: Credential;
  readonly signature: KeyPair;
  readonly lifetime: Lifetime;
  /** Default: what this engine can do with the suite. */
  readonly capabilities?: Capabilities;
  readonly leafExtensions?: readonly Extension[];
  readonly extensions?: readonly Extension[];
}

export function defaultCapabilities(
  suite: CipherSuite,
  extensions: readonly number[] = [],
): Capabilities {
  return {
    versions: [MLS_10],
    cipherSuites: [suite.id],
    extensions,
    proposals: [],
    credentials: [BASIC_CREDENTIAL],
  };
}

export const LAST_RESORT: Extension = {
  extensionType: EXTENSION.lastResort,
  extensionData: new Uint8Array(0),
};

/** The two key pairs are drawn from `random`, first the init key's. */
export async function makeKeyPackage(
  suite: CipherSuite,
  random: Random,
  options: KeyPackageOptions,
): Promise<OwnKeyPackage> {
  const { kem } = suite;
  const init = await kem.deriveKeyPair(random(kem.privateKeySize));
  const leaf = await kem.deriveKeyPair(random(kem.privateKeySize));
  return keyPackageOf(suite, init, leaf, options);
}

/** With keys that are there already. */
export async function keyPackageOf(
  suite: CipherSuite,
  init: KeyPair,
  leaf: KeyPair,
  options: KeyPackageOptions,
): Promise<OwnKeyPackage> {
  const { credential, signature, lifetime, leafExtensions = [], extensions = [] } = options;
  const types = [...extensions, ...leafExtensions].map(({ extensionType }) => extensionType);
  const leafNode = await signLeafNode(
    suite,
    signature.privateKey,
    {
      encryptionKey: leaf.publicKey,
      signatureKey: signature.publicKey,
      credential,
      capabilities: options.capabilities ?? defaultCapabilities(suite, types),
      source: { kind: 'keyPackage', lifetime },
      extensions: leafExtensions,
    },
    { groupId: new Uint8Array(0), leafIndex: 0 },
  );
  const unsigned = {
    version: MLS_10,
    cipherSuite: suite.id,
    initKey: init.publicKey,
    leafNode,
    extensions,
  };
  const keyPackage = await signKeyPackage(suite, signature.privateKey, unsigned);
  return { keyPackage, init, leaf, signaturePrivateKey: signature.privateKey };
}
