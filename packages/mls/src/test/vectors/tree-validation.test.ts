/** tree-validation.json: tree hashes, resolutions, parent hashes and signatures of whole trees. */
import { expect, test } from 'vitest';
import { decode, encode } from '../../codec/codec.ts';
import type { CipherSuite } from '../../crypto/cipher-suite.ts';
import { isSignedLeafNode } from '../../tree/leaf-node.ts';
import { verifyParentHashes } from '../../tree/parent-hash.ts';
import { resolution } from '../../tree/subtree.ts';
import { treeHash } from '../../tree/tree-hash.ts';
import { ratchetTree } from '../../tree/wire-tree.ts';
import { bySuite, bytes, hex, suiteOf } from './vectors.ts';

interface Vector {
  readonly cipher_suite: number;
  readonly tree: string;
  readonly group_id: string;
  readonly tree_hashes: readonly string[];
  readonly resolutions: readonly (readonly number[])[];
}

async function verify(suite: CipherSuite, vector: Vector): Promise<void> {
  const tree = decode(ratchetTree, bytes(vector.tree));
  expect(hex(encode(ratchetTree, tree))).toBe(vector.tree);
  const nodes = [...tree.nodes()];
  expect(nodes.map((node) => hex(treeHash(suite, node)))).toEqual(vector.tree_hashes);
  expect(nodes.map((node) => resolution(node).map(({ index }) => index))).toEqual(
    vector.resolutions,
  );
  verifyParentHashes(suite, tree);
  const groupId = bytes(vector.group_id);
  for (const { leafIndex, leaf } of tree.members()) {
    expect(await isSignedLeafNode(suite, leaf, { groupId, leafIndex })).toBe(true);
    if (leaf.source.kind === 'keyPackage') continue;
    expect(await isSignedLeafNode(suite, leaf, { groupId, leafIndex: leafIndex + 1 })).toBe(false);
  }
}

test.each(bySuite<Vector>('tree-validation.json'))(
  'suite $suiteId',
  async ({ suiteId, vectors }) => {
    const suite = await suiteOf(suiteId);
    for (const vector of vectors) await verify(suite, vector);
  },
);
