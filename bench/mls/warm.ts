/**
 * A group in which every parent node has a key, as it is once members everywhere have committed. Reaching that state
 * by Commits takes half as many of them as there are members, each followed by all: here every second member's
 * update path goes straight into the tree, and two members join that tree by a Welcome.
 */

import type { OwnEngine, OwnNewcomer } from '@polynya/mls/test/peers/own';
import { OwnMember } from '@polynya/mls/test/peers/own';
import { identityOf, type PeerMember } from '@polynya/mls/test/peers/peer';
import { signLeafNode } from '@polynya/mls/tree/leaf-node';
import { treeHash } from '@polynya/mls/tree/tree-hash';
import { newPath } from '@polynya/mls/tree/tree-kem';

const GROUP = new TextEncoder().encode('measured warm group');

/** Two members at the two ends of the tree, on our engine. */
export async function warmPair(
  engine: OwnEngine,
  n: number,
): Promise<readonly [PeerMember, PeerMember]> {
  const { suite, random } = engine.env;
  const people: OwnNewcomer[] = [];
  for (let at = 0; at < n; at++) people.push(await engine.newcomer(identityOf(at)));
  const founder = await (people[0] as OwnNewcomer).create(GROUP);
  let { tree } = founder.state;
  for (const { own } of people.slice(1)) tree = tree.add(own.keyPackage.leafNode).tree;
  let privatePath = founder.state.privatePath;
  // Leaf 0 last: it is the founder, whose private keys are wanted.
  for (let leafIndex = n - 1 - ((n - 1) % 2); leafIndex >= 0; leafIndex -= 2) {
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
  const context = { ...founder.state.context, treeHash: treeHash(suite, tree.root) };
  const secretTree = { ...founder.state.secretTree, leafCount: tree.leafCount };
  const state = { ...founder.state, tree, context, privatePath, secretTree };
  const maker = new OwnMember(engine, founder.identity, state);
  // Somebody comes, so that another than the founder holds the state.
  const last = await engine.newcomer(identityOf(2_000_000));
  const { welcome } = await maker.add([last.keyPackage]);
  return [maker, await last.join(welcome)];
}
