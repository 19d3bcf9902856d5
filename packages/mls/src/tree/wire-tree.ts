/** The ratchet_tree extension (RFC 9420 section 12.4.3.3): all nodes in order, without the blank ones at the end. */
import { type Codec, optional, vector } from '../codec/codec.ts';
import { MlsError } from '../mls-error.ts';
import { type Node, node } from './parent-node.ts';
import { RatchetTree } from './ratchet-tree.ts';
import { branch, isSlot, type Subtree, slot } from './subtree.ts';

/** A blank node takes one byte to send and a hundred to hold: a tree has 2^16 leaves at most. */
const MOST_NODES = 2 ** 17 - 1;
const nodes = vector(optional(node), MOST_NODES);

const malformed = (why: string): never => {
  throw new MlsError('malformed', why);
};

function nodeOf(subtree: Subtree): Node | null {
  if (isSlot(subtree)) {
    return subtree.leaf === null ? null : { kind: 'leaf', leafNode: subtree.leaf };
  }
  return subtree.parent === null ? null : { kind: 'parent', parentNode: subtree.parent };
}

/** The nodes from `first` on, as many as a tree of that level has. */
function build(list: readonly (Node | null)[], level: number, first: number): Subtree {
  const middle = first + 2 ** level - 1;
  const at = list[middle] ?? null;
  if (level === 0) {
    if (at?.kind === 'parent') return malformed('a parent node where a leaf stands');
    return slot(first / 2, at?.leafNode ?? null);
  }
  if (at?.kind === 'leaf') return malformed('a leaf node where a parent stands');
  const left = build(list, level - 1, first);
  const right = build(list, level - 1, middle + 1);
  return branch(left, right, at?.parentNode ?? null);
}

export const ratchetTree: Codec<RatchetTree> = {
  write(writer, tree) {
    const all = [...tree.nodes()].map(nodeOf);
    nodes.write(writer, all.slice(0, all.findLastIndex((one) => one !== null) + 1));
  },
  read(reader) {
    const list = nodes.read(reader);
    if (list.length === 0 || list.at(-1) === null) malformed('a tree that ends in a blank node');
    let level = 0;
    while (2 ** (level + 1) - 1 < list.length) level += 1;
    return RatchetTree.of(build(list, level, 0));
  },
};
