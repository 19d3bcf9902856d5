/** Tree hashes (RFC 9420 section 7.8): what a subtree holds, in one hash. Each is computed once in a node's life. */
import { encode, opaque, optional, select, struct, uint32 } from '../codec/codec.ts';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { leafNode } from './leaf-node.ts';
import { nodeType, parentNode } from './parent-node.ts';
import { isSlot, type Subtree, span } from './subtree.ts';

const treeHashInput = select('kind', nodeType, {
  leaf: struct({ leafIndex: uint32, leafNode: optional(leafNode) }),
  parent: struct({ parentNode: optional(parentNode), left: opaque, right: opaque }),
});

export function treeHash(suite: CipherSuite, subtree: Subtree): Uint8Array {
  subtree.hash ??= suite.hash.digest(
    isSlot(subtree)
      ? encode(treeHashInput, {
          kind: 'leaf',
          leafIndex: subtree.index / 2,
          leafNode: subtree.leaf,
        })
      : encode(treeHashInput, {
          kind: 'parent',
          parentNode: subtree.parent,
          left: treeHash(suite, subtree.left),
          right: treeHash(suite, subtree.right),
        }),
  );
  return subtree.hash;
}

/** The hash that `subtree` had before `leaves` were added under it (section 7.9: the original sibling tree hash). */
export function treeHashWithout(
  suite: CipherSuite,
  subtree: Subtree,
  leaves: readonly number[],
): Uint8Array {
  const { from, to } = span(subtree);
  const here = leaves.filter((leaf) => from <= leaf && leaf < to);
  if (here.length === 0) return treeHash(suite, subtree);
  if (isSlot(subtree)) {
    return suite.hash.digest(
      encode(treeHashInput, { kind: 'leaf', leafIndex: subtree.index / 2, leafNode: null }),
    );
  }
  const { parent } = subtree;
  return suite.hash.digest(
    encode(treeHashInput, {
      kind: 'parent',
      parentNode: parent && {
        ...parent,
        unmergedLeaves: parent.unmergedLeaves.filter((leaf) => !here.includes(leaf)),
      },
      left: treeHashWithout(suite, subtree.left, here),
      right: treeHashWithout(suite, subtree.right, here),
    }),
  );
}
