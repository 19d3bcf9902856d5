/**
 * The others in a measured group, the same for every engine: their KeyPackages, and a group of them in which every
 * parent node has a key, as it is once members everywhere have committed. Reaching that state by Commits takes half
 * as many of them as there are members, each followed by all: here every second member's update path goes straight
 * into the tree, and whoever is measured joins it by a Welcome.
 */

import type { OwnEngine, OwnMember, OwnNewcomer } from '@polynya/mls/test/peers/own';
import { identityOf } from '@polynya/mls/test/peers/peer';
import { signLeafNode } from '@polynya/mls/tree/leaf-node';
import { treeHash } from '@polynya/mls/tree/tree-hash';
import { newPath } from '@polynya/mls/tree/tree-kem';

const GROUP = new TextEncoder().encode('measured warm group');

/** `size` people, of whom none is numbered below 2. */
export async function crowdOf(engine: OwnEngine, size: number): Promise<OwnNewcomer[]> {
  const people: OwnNewcomer[] = [];
  for (let at = 0; at < size; at++) people.push(await engine.newcomer(identityOf(at + 2)));
  return people;
}

/** The member in leaf 0 of a group of the whole crowd, which has one at least. */
export async function warmGroup(
  { env }: OwnEngine,
  people: readonly OwnNewcomer[],
): Promise<OwnMember> {
  const { suite, random } = env;
  const founder = await (people[0] as OwnNewcomer).create(GROUP);
  let { tree } = founder.state;
  for (const { own } of people.slice(1)) tree = tree.add(own.keyPackage.leafNode).tree;
  let { privatePath } = founder.state;
  const last = people.length - 1;
  // Leaf 0 at the end: it is the founder, whose private keys are wanted.
  for (let leafIndex = last - (last % 2); leafIndex >= 0; leafIndex -= 2) {
    const { keyPackage, signaturePrivateKey } = (people[leafIndex] as OwnNewcomer).own;
    const made = await newPath(
      suite,
      tree,
      leafIndex,
      (encryptionKey, parentHash) =>
        signLeafNode(
          suite,
          signaturePrivateKey,
          { ...keyPackage.leafNode, encryptionKey, source: { kind: 'commit', parentHash } },
          { groupId: GROUP, leafIndex },
        ),
      random,
    );
    ({ tree, privatePath } = made);
  }
  founder.state = {
    ...founder.state,
    tree,
    privatePath,
    context: { ...founder.state.context, treeHash: treeHash(suite, tree.root) },
    secretTree: { ...founder.state.secretTree, leafCount: tree.leafCount },
  };
  return founder;
}
