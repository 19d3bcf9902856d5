/** Leaf nodes (RFC 9420 section 7.2): who stands in a leaf, what they support, and how others encrypt to them. */
import { concat } from '@polynya/crypto/bytes';
import {
  empty,
  encode,
  enumeration,
  type Infer,
  opaque,
  select,
  struct,
  uint8,
  uint16,
  uint32,
  uint64,
  vector,
} from '../codec/codec.ts';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { signWithLabel, verifyWithLabel } from '../crypto/labels.ts';
import { extension } from './extension.ts';
import { publicKey } from './public-key.ts';

export const BASIC_CREDENTIAL = 1;

/**
 * Section 5.3. Every type of credential that there is consists of one vector, whose bytes the authentication service
 * reads: the identity of a basic one, the certificates of an X.509 one.
 */
export const credential = struct({ credentialType: uint16, content: opaque });
export type Credential = Infer<typeof credential>;

export const capabilities = struct({
  versions: vector(uint16),
  cipherSuites: vector(uint16),
  extensions: vector(uint16),
  proposals: vector(uint16),
  credentials: vector(uint16),
});
export type Capabilities = Infer<typeof capabilities>;

/** Seconds since 1970. */
export const lifetime = struct({ notBefore: uint64, notAfter: uint64 });
export type Lifetime = Infer<typeof lifetime>;

/** Where a leaf node comes from, and what it says because of that. */
const source = select('kind', enumeration(uint8, { keyPackage: 1, update: 2, commit: 3 }), {
  keyPackage: struct({ lifetime }),
  update: empty,
  commit: struct({ parentHash: opaque }),
});

const unsigned = {
  encryptionKey: publicKey,
  signatureKey: publicKey,
  credential,
  capabilities,
  source,
  extensions: vector(extension),
};
const leafNodeToSign = struct(unsigned);
export type UnsignedLeafNode = Infer<typeof leafNodeToSign>;

export const leafNode = struct({ ...unsigned, signature: opaque });
export type LeafNode = Infer<typeof leafNode>;

/** Where in which group a leaf node stands. One of a KeyPackage does not know yet. */
export interface LeafPlace {
  readonly groupId: Uint8Array;
  readonly leafIndex: number;
}

const leafPlace = struct({ groupId: opaque, leafIndex: uint32 });

/** LeafNodeTBS */
function toBeSigned(leaf: UnsignedLeafNode, place: LeafPlace): Uint8Array {
  const signed = encode(leafNodeToSign, leaf);
  return leaf.source.kind === 'keyPackage' ? signed : concat(signed, encode(leafPlace, place));
}

/** `place` is not looked at for a leaf node of a KeyPackage. */
export async function signLeafNode(
  suite: CipherSuite,
  privateKey: Uint8Array,
  leaf: UnsignedLeafNode,
  place: LeafPlace,
): Promise<LeafNode> {
  const content = toBeSigned(leaf, place);
  return { ...leaf, signature: await signWithLabel(suite, privateKey, 'LeafNodeTBS', content) };
}

export async function isSignedLeafNode(
  suite: CipherSuite,
  leaf: LeafNode,
  place: LeafPlace,
): Promise<boolean> {
  const { signatureKey, signature } = leaf;
  const content = toBeSigned(leaf, place);
  return verifyWithLabel(suite, signatureKey, 'LeafNodeTBS', content, signature);
}
