/** The own leaf node, renewed (RFC 9420 sections 7.2 and 7.5): new keys, and where wanted a new face. */

import type { KeyPair } from '@polynya/crypto/hpke-suite';
import { violated } from '../mls-error.ts';
import type { Extension } from '../tree/extension.ts';
import {
  type Capabilities,
  type Credential,
  type LeafNode,
  signLeafNode,
} from '../tree/leaf-node.ts';
import type { Environment } from './environment.ts';
import type { GroupState } from './state.ts';

/** What a member changes of its leaf besides its encryption key. */
export interface LeafChange {
  readonly credential?: Credential;
  readonly signature?: KeyPair;
  readonly capabilities?: Capabilities;
  readonly extensions?: readonly Extension[];
}

export async function renewedLeaf(
  { suite }: Environment,
  {
    tree,
    ownLeaf,
    context,
    signaturePrivateKey: current,
  }: Pick<GroupState, 'tree' | 'ownLeaf' | 'context' | 'signaturePrivateKey'>,
  encryptionKey: Uint8Array,
  source: LeafNode['source'],
  { signature, ...change }: LeafChange,
): Promise<{ readonly leafNode: LeafNode; readonly signaturePrivateKey: Uint8Array }> {
  const before = tree.leaf(ownLeaf);
  if (before === null) throw violated('own-leaf-missing');
  const signatureKey = signature?.publicKey ?? before.signatureKey;
  const signaturePrivateKey = signature?.privateKey ?? current;
  const place = { groupId: context.groupId, leafIndex: ownLeaf };
  const unsigned = { ...before, ...change, encryptionKey, signatureKey, source };
  return {
    leafNode: await signLeafNode(suite, signaturePrivateKey, unsigned, place),
    signaturePrivateKey,
  };
}
