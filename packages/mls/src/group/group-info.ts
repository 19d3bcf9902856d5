/** GroupInfo (RFC 9420 section 12.4.3): what a member signs about an epoch for who is to come. */

import type { Maybe } from '@polynya/crypto/primitives';
import { encode, type Infer, opaque, struct, uint32, vector } from '../codec/codec.ts';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { signWithLabel, verifyWithLabel } from '../crypto/labels.ts';
import { groupContext } from '../schedule/group-context.ts';
import { extension } from '../tree/extension.ts';

const unsigned = {
  groupContext,
  extensions: vector(extension),
  confirmationTag: opaque,
  /** Leaf index. */
  signer: uint32,
};
const groupInfoToSign = struct(unsigned);
export type UnsignedGroupInfo = Infer<typeof groupInfoToSign>;

export const groupInfo = struct({ ...unsigned, signature: opaque });
export type GroupInfo = Infer<typeof groupInfo>;

const LABEL = 'GroupInfoTBS';

export async function signGroupInfo(
  suite: CipherSuite,
  privateKey: Uint8Array,
  info: UnsignedGroupInfo,
): Promise<GroupInfo> {
  const content = encode(groupInfoToSign, info);
  return { ...info, signature: await signWithLabel(suite, privateKey, LABEL, content) };
}

export function isSignedGroupInfo(
  suite: CipherSuite,
  publicKey: Uint8Array,
  info: GroupInfo,
): Maybe<boolean> {
  const content = encode(groupInfoToSign, info);
  return verifyWithLabel(suite, publicKey, LABEL, content, info.signature);
}
