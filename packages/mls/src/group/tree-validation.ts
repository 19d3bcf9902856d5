/** A tree that a new member was given (RFC 9420 section 12.4.3.1). */
import { sameBytes, textOf } from '@polynya/crypto/bytes';
import { demand } from '../mls-error.ts';
import type { GroupContext } from '../schedule/group-context.ts';
import { verifyParentHashes } from '../tree/parent-hash.ts';
import type { RatchetTree } from '../tree/ratchet-tree.ts';
import { type Branch, encryptionKey, holds, isSlot, type Subtree } from '../tree/subtree.ts';
import { treeHash } from '../tree/tree-hash.ts';
import type { Environment } from './environment.ts';
import { validateCompatibility, validateCredentialTypes, validateLeaf } from './leaf-validation.ts';

/** An unmerged leaf is a member below, and unmerged in the nodes between as well. */
function isUnmergedBelow(at: Subtree, leafIndex: number): boolean {
  if (isSlot(at)) return at.leaf !== null;
  if (at.parent !== null && !at.parent.unmergedLeaves.includes(leafIndex)) return false;
  return isUnmergedBelow(holds(at.left, leafIndex) ? at.left : at.right, leafIndex);
}

function hasSoundUnmergedLeaves({ parent, left, right }: Branch): boolean {
  const leaves = parent?.unmergedLeaves ?? [];
  return leaves.every((leaf, i) => {
    const below = [left, right].find((child) => holds(child, leaf));
    return leaf > (leaves[i - 1] ?? -1) && below !== undefined && isUnmergedBelow(below, leaf);
  });
}

function validateKeys(tree: RatchetTree): void {
  const encryption = new Set<string>();
  const signature = new Set<string>();
  const demandNew = (keys: Set<string>, key: Uint8Array): void => {
    const text = textOf(key);
    demand('tree-keys-unique', !keys.has(text));
    keys.add(text);
  };
  for (const node of tree.nodes()) {
    const key = encryptionKey(node);
    if (key !== null) demandNew(encryption, key);
    if (isSlot(node) && node.leaf !== null) demandNew(signature, node.leaf.signatureKey);
  }
}

/** @throws MlsError with the rule that the tree violates */
export async function validateTree(
  env: Environment,
  tree: RatchetTree,
  context: GroupContext,
): Promise<void> {
  demand('tree-hash', sameBytes(treeHash(env.suite, tree.root), context.treeHash));
  for (const node of tree.nodes()) {
    if (!isSlot(node)) demand('unmerged-leaves', hasSoundUnmergedLeaves(node));
  }
  validateKeys(tree);
  verifyParentHashes(env.suite, tree);
  validateCredentialTypes(tree);
  const { groupId } = context;
  for (const { leafIndex, leaf } of tree.members()) {
    validateCompatibility(leaf, context);
    await validateLeaf(env, leaf, leaf.source.kind, { groupId, leafIndex });
  }
}
