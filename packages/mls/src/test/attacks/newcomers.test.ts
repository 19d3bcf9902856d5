/** What an insider could hand to somebody who joins: altered trees, Welcomes and GroupInfos (RFC 9420 section 12.4.3). */
import { describe, expect, test } from 'vitest';
import { makeExternalCommit } from '../../group/external-commit.ts';
import { joinGroup } from '../../group/join.ts';
import { makeCommit } from '../../group/make-commit.ts';
import { makeGroupInfo } from '../../group/make-welcome.ts';
import type { GroupState } from '../../group/state.ts';
import { EXTENSION } from '../../tree/extension.ts';
import { signLeafNode } from '../../tree/leaf-node.ts';
import type { ParentNode } from '../../tree/parent-node.ts';
import { RatchetTree } from '../../tree/ratchet-tree.ts';
import { branch, isSlot, type Subtree, slot } from '../../tree/subtree.ts';
import { treeHash } from '../../tree/tree-hash.ts';
import { environmentOf, type OwnMember, unwrap, wrap } from '../peers/own.ts';
import { newcomer, refusal, suite, type Trio, trio } from './attack.ts';

/** Three in a tree whose parent nodes all have keys. */
async function warmTrio(): Promise<Trio> {
  const members = await trio();
  for (const member of members) {
    const commit = await member.update();
    for (const other of members) if (other !== member) await other.process(commit);
  }
  return members;
}

/** A tree with nodes altered, all of them made anew so that no hash is known. */
function altered(subtree: Subtree, alter: (subtree: Subtree) => Subtree): Subtree {
  if (isSlot(subtree)) return alter(slot(subtree.index / 2, subtree.leaf));
  const [left, right] = [altered(subtree.left, alter), altered(subtree.right, alter)];
  return alter(branch(left, right, subtree.parent));
}

const parents =
  (change: (parent: ParentNode, index: number) => ParentNode | null) =>
  (subtree: Subtree): Subtree => {
    if (isSlot(subtree) || subtree.parent === null) return subtree;
    return branch(subtree.left, subtree.right, change(subtree.parent, subtree.index));
  };

/** Parent hashes would tell of an altered leaf before its signature does. */
const blanked = parents(() => null);

/** `member` invites somebody into a group that has this tree and, where told, another context. */
async function invite(
  member: OwnMember,
  tree: RatchetTree,
  change: (state: GroupState) => GroupState = (state) => state,
) {
  const { env, state } = member;
  const context = { ...state.context, treeHash: treeHash(suite, tree.root) };
  const guest = await newcomer();
  const { welcome } = await makeCommit(env, change({ ...state, tree, context }), {
    proposals: [{ kind: 'add', keyPackage: guest.own.keyPackage }],
    path: false,
    wireFormat: 'publicMessage',
  });
  if (welcome === null) throw new Error('a Welcome was expected');
  return { welcome: wrap({ format: 'welcome', welcome }), guest };
}

async function refusedTree(member: OwnMember, alter: (subtree: Subtree) => Subtree) {
  const tree = RatchetTree.of(altered(member.state.tree.root, alter));
  const { welcome, guest } = await invite(member, tree);
  return refusal(() => guest.join(welcome));
}

test('an honest tree, made anew, is taken', async () => {
  const [, , cid] = await warmTrio();
  expect(await refusedTree(cid, (subtree) => subtree)).toBe('nothing');
});

describe('a tree is refused', () => {
  test('in which the inviter put a key of its own', async () => {
    const [, , cid] = await warmTrio();
    const own = await suite.kem.deriveKeyPair(new Uint8Array(32).fill(7));
    for (const node of [1, 3]) {
      const alter = parents((parent, index) =>
        index === node ? { ...parent, encryptionKey: own.publicKey } : parent,
      );
      expect(await refusedTree(cid, alter)).toBe('parent-hash');
    }
  });

  test('with another parent hash', async () => {
    const [, , cid] = await warmTrio();
    const alter = parents((parent) => ({ ...parent, parentHash: new Uint8Array(32).fill(1) }));
    expect(await refusedTree(cid, alter)).toBe('parent-hash');
  });

  test('with a parent node out of nowhere', async () => {
    const [, , cid] = await trio();
    const own = await suite.kem.deriveKeyPair(new Uint8Array(32).fill(8));
    const made = { encryptionKey: own.publicKey, parentHash: new Uint8Array(), unmergedLeaves: [] };
    const alter = (subtree: Subtree): Subtree =>
      isSlot(subtree) || subtree.parent !== null
        ? subtree
        : branch(subtree.left, subtree.right, made);
    expect(await refusedTree(cid, alter)).toBe('parent-hash');
  });

  test('with leaves said to be unmerged that are blank, elsewhere, unsorted or twice', async () => {
    const [, , cid] = await warmTrio();
    for (const unmergedLeaves of [[3], [2, 1], [1, 1], [9], [1]]) {
      const alter = parents((parent, index) =>
        index === 3 ? { ...parent, unmergedLeaves } : parent,
      );
      expect(await refusedTree(cid, alter)).toMatch(/unmerged-leaves|parent-hash/);
    }
  });

  test('in which one key stands twice', async () => {
    const [, , cid] = await trio();
    const key = cid.state.tree.leaf(0)?.encryptionKey;
    if (key === undefined) throw new Error('leaf 0 has a key');
    const alter = (subtree: Subtree): Subtree =>
      isSlot(subtree) && subtree.index === 2 && subtree.leaf !== null
        ? slot(1, { ...subtree.leaf, encryptionKey: key })
        : subtree;
    expect(await refusedTree(cid, alter)).toBe('tree-keys-unique');
  });

  test('with a leaf that its member did not sign', async () => {
    const [, , cid] = await trio();
    const alter = (subtree: Subtree): Subtree =>
      isSlot(subtree) && subtree.index === 2 && subtree.leaf !== null
        ? slot(1, {
            ...subtree.leaf,
            credential: { credentialType: 1, content: new Uint8Array(3) },
          })
        : blanked(subtree);
    expect(await refusedTree(cid, alter)).toBe('leaf-signature');
  });

  test('with a leaf signed for another place', async () => {
    const [, ben, cid] = await warmTrio();
    const leaf = ben.state.tree.leaf(1);
    if (leaf === null) throw new Error('ben has a leaf');
    const { groupId } = ben.state.context;
    const place = { groupId, leafIndex: 2 };
    const moved = await signLeafNode(suite, ben.state.signaturePrivateKey, leaf, place);
    const alter = (subtree: Subtree): Subtree =>
      isSlot(subtree) && subtree.index === 2 ? slot(1, moved) : blanked(subtree);
    expect(await refusedTree(cid, alter)).toBe('leaf-signature');
  });

  test('with a member whom the authentication service does not know', async () => {
    const [ann] = await trio();
    const { welcome, guest } = await invite(ann, ann.state.tree);
    const authority = { ...environmentOf(suite).authority, accepts: () => false };
    const message = unwrap(welcome, 'welcome').welcome;
    const env = environmentOf(suite, { authority });
    expect(await refusal(() => joinGroup(env, message, guest.own))).toBe('leaf-credential');
  });
});

describe('a Welcome is refused', () => {
  test('that somebody else signed than it says', async () => {
    const [ann, ben] = await trio();
    const { signaturePrivateKey } = ben.state;
    const { welcome, guest } = await invite(ann, ann.state.tree, (state) => ({
      ...state,
      signaturePrivateKey,
    }));
    expect(await refusal(() => guest.join(welcome))).toBe('group-info-signature');
  });

  test('that a blank leaf signed', async () => {
    const [ann] = await trio();
    const { welcome, guest } = await invite(ann, ann.state.tree, (state) => ({
      ...state,
      ownLeaf: 70,
    }));
    expect(await refusal(() => guest.join(welcome))).toBe('group-info-signer');
  });

  test('whose GroupInfo speaks of another tree than it brings', async () => {
    const [ann] = await trio();
    const { welcome, guest } = await invite(ann, ann.state.tree);
    const other = (await trio())[0].state.tree;
    const message = unwrap(welcome, 'welcome').welcome;
    const work = () => joinGroup(environmentOf(suite), message, guest.own, { tree: other });
    expect(await refusal(work)).not.toBe('nothing');
  });

  test('for somebody else, of another suite, or cut together from two', async () => {
    const [ann] = await trio();
    const [first, second] = [await invite(ann, ann.state.tree), await invite(ann, ann.state.tree)];
    expect(await refusal(() => second.guest.join(first.welcome))).toBe('not-a-member');
    const { welcome } = unwrap(first.welcome, 'welcome');
    const otherSuite = wrap({ format: 'welcome', welcome: { ...welcome, cipherSuite: 3 } });
    expect(await refusal(() => first.guest.join(otherSuite))).toBe('welcome-suite');
    const { encryptedGroupInfo } = unwrap(second.welcome, 'welcome').welcome;
    const cut = wrap({ format: 'welcome', welcome: { ...welcome, encryptedGroupInfo } });
    expect(await refusal(() => first.guest.join(cut))).toBe('cannot-open');
  });

  test('into a group of whose extensions the newcomer does not know all', async () => {
    const [ann] = await trio();
    const extensions = [{ extensionType: 0xf123, extensionData: new Uint8Array() }];
    const { tree, context } = ann.state;
    const { welcome, guest } = await invite(ann, tree, (state) => state);
    const info = await makeGroupInfo(
      ann.env,
      { ...ann.state, context: { ...context, extensions } },
      {
        withTree: true,
        withExternalPub: true,
      },
    );
    expect(await refusal(() => guest.join(welcome))).toBe('nothing');
    expect(await refusal(() => makeExternalCommit(ann.env, info, guest.own))).toBe(
      'leaf-group-extensions',
    );
  });
});

describe('a GroupInfo is refused', () => {
  test('without the key for an external Commit, without a tree, or signed by another', async () => {
    const [ann, ben] = await trio();
    const guest = await newcomer();
    const enter = async (info: Awaited<ReturnType<typeof makeGroupInfo>>) =>
      refusal(() => makeExternalCommit(ann.env, info, guest.own));
    const whole = { withTree: true, withExternalPub: true };
    expect(await enter(await makeGroupInfo(ann.env, ann.state, { withTree: true }))).toBe(
      'group-info-external-pub',
    );
    expect(await enter(await makeGroupInfo(ann.env, ann.state, { withExternalPub: true }))).toBe(
      'tree-missing',
    );
    const forged = { ...ann.state, signaturePrivateKey: ben.state.signaturePrivateKey };
    expect(await enter(await makeGroupInfo(ann.env, forged, whole))).toBe('group-info-signature');
    const info = await makeGroupInfo(ann.env, ann.state, whole);
    const twice = { ...info, extensions: [...info.extensions, ...info.extensions] };
    expect(await enter(twice)).toBe('group-info-extensions-distinct');
    expect(await enter(info)).toBe('nothing');
  });

  test('in which another key was put for an external Commit', async () => {
    const [ann] = await trio();
    const guest = await newcomer();
    const whole = { withTree: true, withExternalPub: true };
    const info = await makeGroupInfo(ann.env, ann.state, whole);
    const extensions = info.extensions.map((one) =>
      one.extensionType === EXTENSION.externalPub
        ? { ...one, extensionData: one.extensionData.with(9, 1) }
        : one,
    );
    const work = () => makeExternalCommit(ann.env, { ...info, extensions }, guest.own);
    expect(await refusal(work)).toBe('group-info-signature');
  });
});
