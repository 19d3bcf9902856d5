/** KeyPackages (RFC 9420 section 10): by which a client that is away can be added. */

import type { Maybe } from '@polynya/crypto/primitives';
import { encode, type Infer, opaque, struct, uint16, vector } from '../codec/codec.ts';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { refHash, signWithLabel, verifyWithLabel } from '../crypto/labels.ts';
import { extension } from '../tree/extension.ts';
import { leafNode } from '../tree/leaf-node.ts';
import { publicKey } from '../tree/public-key.ts';

const unsigned = {
  version: uint16,
  cipherSuite: uint16,
  initKey: publicKey,
  leafNode,
  extensions: vector(extension),
};
const keyPackageToSign = struct(unsigned);
export type UnsignedKeyPackage = Infer<typeof keyPackageToSign>;

export const keyPackage = struct({ ...unsigned, signature: opaque });
export type KeyPackage = Infer<typeof keyPackage>;

const LABEL = 'KeyPackageTBS';

export async function signKeyPackage(
  suite: CipherSuite,
  privateKey: Uint8Array,
  unsignedPackage: UnsignedKeyPackage,
): Promise<KeyPackage> {
  const content = encode(keyPackageToSign, unsignedPackage);
  return { ...unsignedPackage, signature: await signWithLabel(suite, privateKey, LABEL, content) };
}

export function isSignedKeyPackage(suite: CipherSuite, signed: KeyPackage): Maybe<boolean> {
  const { leafNode, signature } = signed;
  const content = encode(keyPackageToSign, signed);
  return verifyWithLabel(suite, leafNode.signatureKey, LABEL, content, signature);
}

/** KeyPackageRef (section 5.2) */
export function keyPackageRef(suite: CipherSuite, of: KeyPackage): Uint8Array {
  return refHash(suite, 'MLS 1.0 KeyPackage Reference', encode(keyPackage, of));
}
