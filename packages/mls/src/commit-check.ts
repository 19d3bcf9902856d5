/**
 * Which Commits (RFC 9420 section 12.4) exist in Polynya: Adds, Removes and the committer's path, all by value.
 * Looked at after the signature was verified and before anything is applied.
 */
import { encode } from 'ts-mls/codec/tlsEncoder.js';
import type { Commit } from 'ts-mls/commit.js';
import { leafNodeDataEncoder } from 'ts-mls/leafNode.js';
import type { RatchetTree } from 'ts-mls/ratchetTree.js';
import { sameBytes } from './codec.ts';
import type { CommitPolicy, Member } from './engine.ts';
import { checkKeyPackage, identityOf, type Judges } from './key-package-check.ts';
import { attempt, MlsError } from './mls-error.ts';
import { checkTreeChange, leafNodeAt, memberAt, type TreeChange } from './tree-view.ts';

/** @throws MlsError `refused-proposal` for whatever no group of ours does. */
function changeOf(commit: Commit): TreeChange {
  const added: TreeChange['added'][number][] = [];
  const removed: number[] = [];
  for (const entry of commit.proposals) {
    if (entry.proposalOrRefType !== 'proposal') {
      throw new MlsError('refused-proposal', 'a proposal by reference');
    }
    const { proposal } = entry;
    if (proposal.proposalType === 'add' && 'add' in proposal) added.push(proposal.add.keyPackage);
    else if (proposal.proposalType === 'remove' && 'remove' in proposal) {
      removed.push(proposal.remove.removed);
    } else throw new MlsError('refused-proposal', `proposal type ${proposal.proposalType}`);
  }
  return { added, removed, path: commit.path };
}

/** An update brings new HPKE keys and nothing else: the committer stays who it was. */
function checkPathLeaf(tree: RatchetTree, committer: Member, path: TreeChange['path']): void {
  const before = leafNodeAt(tree, committer.leaf);
  if (path === undefined || before === undefined) return;
  const after = path.leafNode;
  const data = encode(leafNodeDataEncoder);
  const expected = data({ ...before, hpkePublicKey: after.hpkePublicKey });
  if (after.extensions.length > 0 || !sameBytes(data(after), expected)) {
    throw new MlsError('refused-proposal', 'the committer changes more than its keys');
  }
}

/** @throws MlsError with the reason why members must not apply this Commit */
export async function checkCommit(
  judges: Judges,
  tree: RatchetTree,
  commit: Commit,
  frame: { readonly committer: Member; readonly closes: boolean },
  policy: CommitPolicy,
): Promise<{ removed: readonly Member[]; isNew: (after: RatchetTree, leaf: number) => boolean }> {
  const change = changeOf(commit);
  const removed = change.removed.map((leaf) => memberAt(tree, leaf));
  if (change.removed.includes(frame.committer.leaf)) {
    throw new MlsError('refused-proposal', 'the committer removes itself');
  }
  if (removed.length > 0 !== frame.closes) throw new MlsError('closes-mismatch');
  if (change.path === undefined && (removed.length > 0 || commit.proposals.length === 0)) {
    throw new MlsError('invalid-commit', 'a path is missing');
  }
  checkTreeChange(tree, change);
  checkPathLeaf(tree, frame.committer, change.path);
  for (const keyPackage of change.added) await checkKeyPackage(judges, keyPackage);
  const added = change.added.map(({ leafNode, initKey }) => ({
    ...identityOf(leafNode),
    initKey,
  }));
  const lawful = await attempt('no-verdict', () => policy({ ...frame, added, removed }));
  if (!lawful) throw new MlsError('refused-by-policy');
  return {
    removed,
    isNew: (after, leaf) => {
      const key = leafNodeAt(after, leaf)?.hpkePublicKey;
      return change.added.some(
        ({ leafNode }) => key !== undefined && sameBytes(leafNode.hpkePublicKey, key),
      );
    },
  };
}
