/**
 * Nodes of a persistent ratchet tree (RFC 9420 section 7): never changed once made, so that epochs share whatever
 * did not change between them, and a hash that was computed once is known as long as its node lives.
 */
import type { LeafNode } from './leaf-node.ts';
import type { ParentNode } from './parent-node.ts';
import type { Traits } from './traits.ts';

export interface Slot {
  readonly level: 0;
  /** As appendix C counts. */
  readonly index: number;
  /** null: blank */
  readonly leaf: LeafNode | null;
  readonly members: 0 | 1;
  /** Tree hash (section 7.8), once computed. */
  hash?: Uint8Array;
  /** What the members under this node support, once computed. */
  traits?: Traits;
}

export interface Branch {
  readonly level: number;
  readonly index: number;
  readonly parent: ParentNode | null;
  readonly left: Subtree;
  readonly right: Subtree;
  /** Leaves under this node that are not blank. */
  readonly members: number;
  hash?: Uint8Array;
  traits?: Traits;
}

export type Subtree = Slot | Branch;

export const isSlot = (subtree: Subtree): subtree is Slot => subtree.level === 0;

export function slot(leafIndex: number, leaf: LeafNode | null): Slot {
  return { level: 0, index: 2 * leafIndex, leaf, members: leaf === null ? 0 : 1 };
}

export function branch(left: Subtree, right: Subtree, parent: ParentNode | null): Branch {
  return {
    level: left.level + 1,
    index: left.index + 2 ** left.level,
    parent,
    left,
    right,
    members: left.members + right.members,
  };
}

/** The first leaf under `subtree`, and the one after the last. */
export function span({ index, level }: Subtree): { from: number; to: number } {
  const from = (index - (2 ** level - 1)) / 2;
  return { from, to: from + 2 ** level };
}

export const holds = (subtree: Subtree, leafIndex: number): boolean => {
  const { from, to } = span(subtree);
  return from <= leafIndex && leafIndex < to;
};

/** `2 ** level` blank leaves from `firstLeaf` on, and blank nodes above them. */
export function blank(level: number, firstLeaf: number): Subtree {
  if (level === 0) return slot(firstLeaf, null);
  const half = 2 ** (level - 1);
  return branch(blank(level - 1, firstLeaf), blank(level - 1, firstLeaf + half), null);
}

/** The public key of a node; null if it is blank. */
export const encryptionKey = (subtree: Subtree): Uint8Array | null =>
  (isSlot(subtree) ? subtree.leaf : subtree.parent)?.encryptionKey ?? null;

/** Resolution (section 4.1.1): the fewest nodes that are not blank and cover all members under `subtree`. */
export function resolution(subtree: Subtree): Subtree[] {
  if (isSlot(subtree)) return subtree.leaf === null ? [] : [subtree];
  if (subtree.parent === null) return [...resolution(subtree.left), ...resolution(subtree.right)];
  return [subtree, ...subtree.parent.unmergedLeaves.map((leaf) => slotUnder(subtree, leaf))];
}

/** @returns the leaf `leafIndex`, which stands under `subtree` */
export function slotUnder(subtree: Subtree, leafIndex: number): Slot {
  let at = subtree;
  while (!isSlot(at)) at = holds(at.left, leafIndex) ? at.left : at.right;
  return at;
}
