/** Update paths as they travel (RFC 9420 section 7.6), and which nodes they are for. */
import { type Infer, struct, vector } from '../codec/codec.ts';
import { hpkeCiphertext } from '../crypto/labels.ts';
import { leafNode } from './leaf-node.ts';
import { publicKey } from './public-key.ts';
import type { RatchetTree } from './ratchet-tree.ts';
import { type Branch, holds, isSlot, resolution, type Subtree } from './subtree.ts';

export const updatePathNode = struct({
  encryptionKey: publicKey,
  encryptedPathSecret: vector(hpkeCiphertext),
});
export const updatePath = struct({ leafNode, nodes: vector(updatePathNode) });
export type UpdatePath = Infer<typeof updatePath>;

/** A node of a filtered direct path, and its child that is not on the path. */
export interface PathStep {
  readonly node: Branch;
  readonly copath: Subtree;
  /** The resolution of `copath`. */
  readonly resolution: readonly Subtree[];
}

/** The nodes above a leaf but those that would have the same keys as the one below (section 4.1.2). */
export function filteredDirectPath(tree: RatchetTree, leafIndex: number): PathStep[] {
  return tree
    .directPath(leafIndex)
    .map((node) => {
      const copath = holds(node.left, leafIndex) ? node.right : node.left;
      return { node, copath, resolution: resolution(copath) };
    })
    .filter((step) => step.resolution.length > 0);
}

/** Those of a step's resolution to whom its path secret is encrypted: who comes by the same Commit has a Welcome. */
export function recipients(step: PathStep, added: ReadonlySet<number>): Subtree[] {
  return step.resolution.filter((node) => !(isSlot(node) && added.has(node.index / 2)));
}
