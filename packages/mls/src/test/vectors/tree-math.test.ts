/** tree-math.json: relations of the nodes of a tree (RFC 9420 appendix C). */
import { expect, test } from 'vitest';
import { left, nodeWidth, parent, right, root, sibling } from '../../tree/tree-math.ts';
import { vectorsOf } from './vectors.ts';

type Relation = readonly (number | null)[];

interface Vector {
  readonly n_leaves: number;
  readonly n_nodes: number;
  readonly root: number;
  readonly left: Relation;
  readonly right: Relation;
  readonly parent: Relation;
  readonly sibling: Relation;
}

test.each(vectorsOf<Vector>('tree-math.json'))('$n_leaves leaves', (vector) => {
  const { n_leaves: leaves, n_nodes: nodes } = vector;
  expect(nodeWidth(leaves)).toBe(nodes);
  expect(root(leaves)).toBe(vector.root);
  const relation = (of: (x: number) => number | undefined): Relation =>
    Array.from({ length: nodes }, (_, x) => of(x) ?? null);
  expect(relation(left)).toEqual(vector.left);
  expect(relation(right)).toEqual(vector.right);
  expect(relation((x) => parent(x, leaves))).toEqual(vector.parent);
  expect(relation((x) => sibling(x, leaves))).toEqual(vector.sibling);
});
