/**
 * The ratchet tree of a group (RFC 9420 sections 4 and 7): an immutable value. A change copies the path from a leaf
 * to the root and shares everything else.
 */
import { MlsError } from '../mls-error.ts';
import { KeyIndex } from './key-index.ts';
import type { LeafNode } from './leaf-node.ts';
import type { ParentNode } from './parent-node.ts';
import {
  type Branch,
  blank,
  branch,
  encryptionKey,
  holds,
  isSlot,
  type Slot,
  type Subtree,
  slot,
  slotUnder,
} from './subtree.ts';

export interface Member {
  readonly leafIndex: number;
  readonly leaf: LeafNode;
}

/** Public keys in use: HPKE's of all nodes, and the members' signature keys. */
interface Keys {
  readonly encryption: KeyIndex;
  readonly signature: KeyIndex;
}

export class RatchetTree {
  readonly root: Subtree;
  readonly #keys: Keys;

  private constructor(root: Subtree, keys: Keys) {
    this.root = root;
    this.#keys = keys;
  }

  static of(root: Subtree): RatchetTree {
    let encryption = new KeyIndex();
    let signature = new KeyIndex();
    for (const node of nodesOf(root)) {
      const key = encryptionKey(node);
      if (key !== null) encryption = encryption.with(key);
      if (isSlot(node) && node.leaf !== null) signature = signature.with(node.leaf.signatureKey);
    }
    return new RatchetTree(root, { encryption, signature });
  }

  /** Leaves, blank ones included: a power of two. */
  get leafCount(): number {
    return 2 ** this.root.level;
  }

  get memberCount(): number {
    return this.root.members;
  }

  /** null: blank or outside. */
  leaf(leafIndex: number): LeafNode | null {
    return this.#isInside(leafIndex) ? slotUnder(this.root, leafIndex).leaf : null;
  }

  *members(): Generator<Member> {
    for (const node of nodesOf(this.root)) {
      if (isSlot(node) && node.leaf !== null) yield { leafIndex: node.index / 2, leaf: node.leaf };
    }
  }

  /** All nodes, as appendix C counts them. */
  nodes(): Generator<Subtree> {
    return nodesOf(this.root);
  }

  /** The nodes above a leaf, from its parent to the root. */
  directPath(leafIndex: number): Branch[] {
    const path: Branch[] = [];
    let at = this.root;
    while (!isSlot(at)) {
      path.push(at);
      at = holds(at.left, leafIndex) ? at.left : at.right;
    }
    return path.reverse();
  }

  hasEncryptionKey(key: Uint8Array): boolean {
    return this.#keys.encryption.has(key);
  }

  hasSignatureKey(key: Uint8Array): boolean {
    return this.#keys.signature.has(key);
  }

  /** Where `add` puts the next leaf: the leftmost blank one (section 7.7), else the first of the doubled tree. */
  nextLeaf(): number {
    if (this.root.members === this.leafCount) return this.leafCount;
    let at = this.root;
    while (!isSlot(at)) at = at.left.members < 2 ** at.left.level ? at.left : at.right;
    return at.index / 2;
  }

  /** Section 12.1.1: the leaf is unmerged in the nodes above it. */
  add(leaf: LeafNode): { readonly tree: RatchetTree; readonly leafIndex: number } {
    const leafIndex = this.nextLeaf();
    const grown =
      leafIndex < this.leafCount
        ? this.root
        : branch(this.root, blank(this.root.level, this.leafCount), null);
    const unmerged = ({ parent }: Branch): ParentNode | null => {
      if (parent === null) return null;
      const unmergedLeaves = [...parent.unmergedLeaves, leafIndex].sort((a, b) => a - b);
      return { ...parent, unmergedLeaves };
    };
    return { tree: this.#with(grown, leafIndex, leaf, unmerged), leafIndex };
  }

  /** Section 12.1.2: the nodes above the leaf become blank. */
  update(leafIndex: number, leaf: LeafNode): RatchetTree {
    return this.#with(this.root, leafIndex, leaf, () => null);
  }

  /** Section 12.1.3: so does the leaf, and a right half without members goes. */
  remove(leafIndex: number): RatchetTree {
    const { root, ...rest } = this.#parts(this.root, leafIndex, null, () => null);
    let shorter = root;
    while (!isSlot(shorter) && shorter.right.members === 0) shorter = shorter.left;
    return new RatchetTree(shorter, rest);
  }

  /** With another leaf, or none, and the nodes above as they are: for trees that only tell who signed. */
  withLeaf(leafIndex: number, leaf: LeafNode | null): RatchetTree {
    let root = this.root;
    while (!holds(root, leafIndex)) root = branch(root, blank(root.level, 2 ** root.level), null);
    return this.#with(root, leafIndex, leaf, ({ parent }) => parent);
  }

  /** Section 7.5: new keys for the nodes above a leaf that `parents` has by their index; the others become blank. */
  merge(leafIndex: number, leaf: LeafNode, parents: ReadonlyMap<number, ParentNode>): RatchetTree {
    return this.#with(this.root, leafIndex, leaf, ({ index }) => parents.get(index) ?? null);
  }

  #isInside(leafIndex: number): boolean {
    return Number.isInteger(leafIndex) && leafIndex >= 0 && leafIndex < this.leafCount;
  }

  #with(...change: Change): RatchetTree {
    const { root, ...keys } = this.#parts(...change);
    return new RatchetTree(root, keys);
  }

  #parts(root: Subtree, leafIndex: number, leaf: LeafNode | null, parentOf: ParentOf) {
    if (!holds(root, leafIndex)) throw new MlsError('not-a-member');
    let { encryption, signature } = this.#keys;
    const rekey = (before: Subtree, after: Subtree): void => {
      const [old, fresh] = [encryptionKey(before), encryptionKey(after)];
      if (old === fresh) return;
      if (old !== null) encryption = encryption.without(old);
      if (fresh !== null) encryption = encryption.with(fresh);
    };
    const replaced = (subtree: Subtree): Subtree => {
      if (isSlot(subtree)) return replacedSlot(subtree);
      const inLeft = holds(subtree.left, leafIndex);
      const left = inLeft ? replaced(subtree.left) : subtree.left;
      const right = inLeft ? subtree.right : replaced(subtree.right);
      const fresh = branch(left, right, parentOf(subtree));
      rekey(subtree, fresh);
      return fresh;
    };
    const replacedSlot = (before: Slot): Slot => {
      const after = slot(leafIndex, leaf);
      rekey(before, after);
      if (before.leaf !== null) signature = signature.without(before.leaf.signatureKey);
      if (leaf !== null) signature = signature.with(leaf.signatureKey);
      return after;
    };
    return { root: replaced(root), encryption, signature };
  }
}

type ParentOf = (branch: Branch) => ParentNode | null;
type Change = [root: Subtree, leafIndex: number, leaf: LeafNode | null, parentOf: ParentOf];

function* nodesOf(subtree: Subtree): Generator<Subtree> {
  if (!isSlot(subtree)) yield* nodesOf(subtree.left);
  yield subtree;
  if (!isSlot(subtree)) yield* nodesOf(subtree.right);
}
