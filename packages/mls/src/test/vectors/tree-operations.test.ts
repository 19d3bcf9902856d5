/** tree-operations.json: a tree before and after a proposal (RFC 9420 sections 7.7, 7.8 and 12.1). */
import { expect, test } from 'vitest';
import { decode, encode } from '../../codec/codec.ts';
import { type Proposal, proposal } from '../../group/proposal.ts';
import type { RatchetTree } from '../../tree/ratchet-tree.ts';
import { treeHash } from '../../tree/tree-hash.ts';
import { ratchetTree } from '../../tree/wire-tree.ts';
import { bytes, hex, suiteOf, vectorsOf } from './vectors.ts';

interface Vector {
  readonly cipher_suite: number;
  readonly proposal: string;
  readonly proposal_sender: number;
  readonly tree_before: string;
  readonly tree_hash_before: string;
  readonly tree_after: string;
  readonly tree_hash_after: string;
}

function applied(tree: RatchetTree, change: Proposal, sender: number): RatchetTree {
  if (change.kind === 'add') return tree.add(change.keyPackage.leafNode).tree;
  if (change.kind === 'update') return tree.update(sender, change.leafNode);
  if (change.kind === 'remove') return tree.remove(change.removed);
  throw new Error(`${change.kind} does not change the tree`);
}

test.each(Array.from(vectorsOf<Vector>('tree-operations.json').entries()))(
  'vector %i',
  async (_number, vector) => {
    const suite = await suiteOf(vector.cipher_suite);
    const before = decode(ratchetTree, bytes(vector.tree_before));
    expect(hex(treeHash(suite, before.root))).toBe(vector.tree_hash_before);
    const change = decode(proposal, bytes(vector.proposal));
    const after = applied(before, change, vector.proposal_sender);
    expect(hex(encode(ratchetTree, after))).toBe(vector.tree_after);
    expect(hex(treeHash(suite, after.root))).toBe(vector.tree_hash_after);
    expect(hex(encode(ratchetTree, before))).toBe(vector.tree_before);
  },
);
