/**
 * Parent hashes (RFC 9420 section 7.9): they chain every parent node to a leaf whose member signed it, so that nobody
 * can put keys of their own into the tree of whoever joins.
 */
import { EMPTY, sameBytes } from '@polynya/crypto/bytes';
import { encode, opaque, struct } from '../codec/codec.ts';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { violated } from '../mls-error.ts';
import type { ParentNode } from './parent-node.ts';
import type { RatchetTree } from './ratchet-tree.ts';
import { type Branch, holds, isSlot, resolution, type Subtree } from './subtree.ts';
import { treeHashWithout } from './tree-hash.ts';

const parentHashInput = struct({
  encryptionKey: opaque,
  parentHash: opaque,
  originalSiblingTreeHash: opaque,
});

/** The hash of `parent`, as the child whose sibling is `sibling` bears it. */
export function parentHash(suite: CipherSuite, parent: ParentNode, sibling: Subtree): Uint8Array {
  const { encryptionKey, unmergedLeaves } = parent;
  return suite.hash.digest(
    encode(parentHashInput, {
      encryptionKey,
      parentHash: parent.parentHash,
      originalSiblingTreeHash: treeHashWithout(suite, sibling, unmergedLeaves),
    }),
  );
}

/** The parent_hash field of a node; empty where it has none. */
function fieldOf(subtree: Subtree): Uint8Array {
  if (!isSlot(subtree)) return subtree.parent?.parentHash ?? EMPTY;
  const { source } = subtree.leaf ?? {};
  return source?.kind === 'commit' ? source.parentHash : EMPTY;
}

/** Whether `at` is parent-hash valid with respect to a node under its child `child` (section 7.9.2). */
function isChained(suite: CipherSuite, parent: ParentNode, child: Subtree, sibling: Subtree) {
  const unmerged = new Set(parent.unmergedLeaves.filter((leaf) => holds(child, leaf)));
  const nodes = resolution(child);
  const [descendant, ...others] = nodes.filter(
    (node) => !(isSlot(node) && unmerged.has(node.index / 2)),
  );
  if (descendant === undefined || others.length > 0) return false;
  if (nodes.length !== unmerged.size + 1) return false;
  return sameBytes(fieldOf(descendant), parentHash(suite, parent, sibling));
}

function isValid(suite: CipherSuite, { parent, left, right }: Branch): boolean {
  return (
    parent === null ||
    isChained(suite, parent, left, right) ||
    isChained(suite, parent, right, left)
  );
}

/** Of a tree that was received whole. @throws MlsError, rule `parent-hash` */
export function verifyParentHashes(suite: CipherSuite, tree: RatchetTree): void {
  for (const node of tree.nodes()) {
    if (!isSlot(node) && !isValid(suite, node)) throw violated('parent-hash');
  }
}
