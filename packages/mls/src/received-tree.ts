/**
 * What a ratchet tree that came with a Welcome must satisfy (RFC 9420 section 12.4.3.1). Ours because the
 * library's check is wrong: it wants every ancestor of an unmerged leaf to have the same list of unmerged leaves,
 * and so refuses good trees to which two members were added.
 */
import type { GroupContext } from 'ts-mls/groupContext.js';
import { verifyLeafNodeSignature, verifyLeafNodeSignatureKeyPackage } from 'ts-mls/leafNode.js';
import { verifyParentHashes } from 'ts-mls/parentHash.js';
import type { RatchetTree } from 'ts-mls/ratchetTree.js';
import { treeHashRoot } from 'ts-mls/treeHash.js';
import {
  directPath,
  isLeaf,
  leafToNodeIndex,
  leafWidth,
  toLeafIndex,
  toNodeIndex,
} from 'ts-mls/treemath.js';
import { sameBytes } from './codec.ts';
import { identityOf, type Judges } from './key-package-check.ts';
import { MlsError } from './mls-error.ts';

/** Form, unmerged leaves, keys, leaf signatures and credentials, parent hashes, tree hash. @throws MlsError */
export async function checkReceivedTree(
  judges: Judges,
  tree: RatchetTree,
  context: GroupContext,
): Promise<void> {
  const keys = new Set<string>();
  for (const [index, node] of tree.entries()) {
    if (node === undefined) continue;
    if ((node.nodeType === 'leaf') !== isLeaf(toNodeIndex(index))) throw bad('a node out of place');
    const found =
      node.nodeType === 'leaf'
        ? [node.leaf.hpkePublicKey, node.leaf.signaturePublicKey]
        : [node.parent.hpkePublicKey];
    for (const key of found) {
      if (keys.has(String(key))) throw bad('a key stands twice');
      keys.add(String(key));
    }
    if (node.nodeType === 'parent') checkUnmerged(tree, index, node.parent.unmergedLeaves);
    else await checkLeaf(judges, node.leaf, index / 2, context.groupId);
  }
  const { hash } = judges.suite;
  if (!(await verifyParentHashes(tree, hash))) throw bad('a parent hash is wrong');
  if (!sameBytes(await treeHashRoot(tree, hash), context.treeHash)) throw bad('another tree hash');
}

function checkUnmerged(tree: RatchetTree, index: number, unmerged: readonly number[]): void {
  for (const [at, leaf] of unmerged.entries()) {
    if (unmerged.indexOf(leaf) !== at) throw bad('a leaf is unmerged twice');
    const leafNode = leafToNodeIndex(toLeafIndex(leaf));
    const path: number[] = directPath(leafNode, leafWidth(tree.length));
    const height = path.indexOf(index);
    if (tree[leafNode]?.nodeType !== 'leaf' || height < 0) throw bad('an unmerged leaf not below');
    for (const between of path.slice(0, height)) {
      const node = tree[between];
      if (node?.nodeType === 'parent' && !node.parent.unmergedLeaves.includes(leaf)) {
        throw bad('an unmerged leaf is not listed between');
      }
    }
  }
}

type LeafNode = Extract<RatchetTree[number], { nodeType: 'leaf' }>['leaf'];

/** Lifetimes are not judged: who added a leaf judged it then. */
async function checkLeaf(
  { suite, authentication }: Judges,
  leaf: LeafNode,
  leafIndex: number,
  groupId: Uint8Array,
): Promise<void> {
  const signed =
    leaf.leafNodeSource === 'key_package'
      ? await verifyLeafNodeSignatureKeyPackage(leaf, suite.signature)
      : await verifyLeafNodeSignature(leaf, groupId, leafIndex, suite.signature);
  if (!signed) throw bad('a leaf signature is wrong');
  const { credential, signatureKey } = identityOf(leaf);
  if (!leaf.capabilities.credentials.includes('basic')) throw bad('a leaf of other capabilities');
  if (!(await authentication.accepts(credential, signatureKey))) {
    throw new MlsError('unknown-credential');
  }
}

function bad(why: string): MlsError {
  return new MlsError('invalid-welcome', why);
}
