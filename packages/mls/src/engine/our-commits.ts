/**
 * Which Commits (RFC 9420 section 12.4) exist in Polynya: Adds, Removes and the committer's path, all by value. Looked
 * at after the signature was verified and before anything is applied.
 */
import { sameBytes } from '@polynya/crypto/bytes';
import { encode } from '../codec/codec.ts';
import type { CommitView, Member, Newcomer } from '../engine.ts';
import type { Commit } from '../group/commit.ts';
import type { KeyPackage } from '../group/key-package.ts';
import { MlsError } from '../mls-error.ts';
import { capabilities, credential, type LeafNode } from '../tree/leaf-node.ts';
import type { RatchetTree } from '../tree/ratchet-tree.ts';
import { checkForm } from './key-packages.ts';

export const memberOf = (leaf: number, { credential, signatureKey }: LeafNode): Member => ({
  leaf,
  credential: credential.content,
  signatureKey,
});

/** @throws MlsError `not-a-member` */
export function memberAt(tree: RatchetTree, leafIndex: number): Member {
  const leaf = tree.leaf(leafIndex);
  if (leaf === null) throw new MlsError('not-a-member');
  return memberOf(leafIndex, leaf);
}

const newcomerOf = ({ leafNode, initKey }: KeyPackage): Newcomer => ({
  credential: leafNode.credential.content,
  signatureKey: leafNode.signatureKey,
  initKey,
});

function changeOf(commit: Commit): { added: KeyPackage[]; removed: number[] } {
  const added: KeyPackage[] = [];
  const removed: number[] = [];
  for (const one of commit.proposals) {
    if (one.by !== 'value') throw new MlsError('refused-proposal', 'a proposal by reference');
    const { proposal } = one;
    if (proposal.kind === 'add') added.push(proposal.keyPackage);
    else if (proposal.kind === 'remove') removed.push(proposal.removed);
    else throw new MlsError('refused-proposal', `a proposal of kind ${proposal.kind}`);
  }
  return { added, removed };
}

/** What a committer may change of its leaf besides its keys: who it is, if the authentication service lets it. */
function checkLeaf(before: LeafNode, after: LeafNode, mayBecomeOthers: boolean): void {
  const same = sameBytes(
    encode(capabilities, before.capabilities),
    encode(capabilities, after.capabilities),
  );
  const sameIdentity =
    sameBytes(before.signatureKey, after.signatureKey) &&
    sameBytes(encode(credential, before.credential), encode(credential, after.credential));
  if (!same || after.extensions.length > 0 || !(sameIdentity || mayBecomeOthers)) {
    throw new MlsError('refused-proposal', 'the committer changes more than its keys');
  }
}

export interface CommitFrame {
  readonly tree: RatchetTree;
  readonly committer: number;
  readonly closes: boolean;
  /** The authentication service judges changes of credentials. */
  readonly mayBecomeOthers: boolean;
  readonly maxMembers: number;
}

/** @throws MlsError with the reason why members must not apply this Commit */
export function viewOf(commit: Commit, frame: CommitFrame): CommitView {
  const { tree, committer, closes, maxMembers } = frame;
  const { added, removed } = changeOf(commit);
  const members = removed.map((leaf) => memberAt(tree, leaf));
  if (removed.includes(committer)) {
    throw new MlsError('refused-proposal', 'the committer removes itself');
  }
  if (members.length > 0 !== closes) throw new MlsError('closes-mismatch');
  if (tree.memberCount - members.length + added.length > maxMembers)
    throw new MlsError('group-full');
  const before = tree.leaf(committer);
  if (before !== null && commit.path !== null) {
    checkLeaf(before, commit.path.leafNode, frame.mayBecomeOthers);
  }
  for (const keyPackage of added) checkForm(keyPackage);
  return {
    committer: memberAt(tree, committer),
    added: added.map(newcomerOf),
    removed: members,
    closes,
  };
}
