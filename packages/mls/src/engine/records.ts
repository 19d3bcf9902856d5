/** A group as it is stored: a head, the nodes of its tree, its ratchets; and what changes from one moment to the next. */
import { sameBytes } from '@polynya/crypto/bytes';
import type { KeyPair } from '@polynya/crypto/hpke-suite';
import type { GroupRecords, RecordChange } from '../engine.ts';
import type { GroupState, PastEpoch } from '../group/state.ts';
import { MlsError } from '../mls-error.ts';
import type { SecretTree } from '../schedule/secret-tree.ts';
import type { RatchetTree } from '../tree/ratchet-tree.ts';
import { encryptionKey, slotUnder } from '../tree/subtree.ts';
import { decodeHead, encodeHead, type Head, type PastRecord } from './head-record.ts';
import { ratchetChanges, restoreRatchets } from './ratchet-records.ts';
import { restoreTree, treeChanges } from './tree-records.ts';

/** What is left of a group from which this member was removed. */
export type RemovedState = Pick<GroupState, 'context' | 'tree' | 'confirmationTag' | 'ownLeaf'> & {
  readonly secrets: Pick<GroupState['secrets'], 'epochAuthenticator'>;
};

/** `member` is null once this member was removed. */
export interface Kept {
  readonly base: RemovedState;
  readonly member: GroupState | null;
}

const HEAD = 'head';

function leafDifferences(before: RatchetTree, after: RatchetTree): PastRecord['leaves'] {
  const leaves: PastRecord['leaves'][number][] = [];
  const width = Math.max(before.leafCount, after.leafCount);
  for (const { name } of treeChanges(after, before)) {
    const index = Number.parseInt(name.slice(name.indexOf('/') + 1), 36);
    if (index % 2 === 0 && index / 2 < width) {
      leaves.push({ leafIndex: index / 2, leafNode: before.leaf(index / 2) });
    }
  }
  return leaves;
}

function pastRecords({ tree, past }: GroupState): PastRecord[] {
  return past.map(
    ({ context, senderDataSecret, resumptionPsk, secretTree, until, tree: own }, i) => ({
      context,
      senderDataSecret,
      resumptionPsk,
      leafCount: secretTree.leafCount,
      until: BigInt(Math.floor(until)),
      leaves: leafDifferences(own, past[i - 1]?.tree ?? tree),
    }),
  );
}

function headOf({ base, member }: Kept): Head {
  const { context, confirmationTag, ownLeaf, tree, secrets } = base;
  const common = {
    context,
    confirmationTag,
    epochAuthenticator: secrets.epochAuthenticator,
    ownLeaf,
    treeLevel: tree.root.level,
    leafCount: tree.leafCount,
  };
  if (member === null) return { ...common, membership: { is: 'removed' } };
  const privatePath = [...member.privatePath].map(([node, { privateKey }]) => ({
    node,
    privateKey,
  }));
  return {
    ...common,
    membership: { ...member, is: 'member', privatePath, past: pastRecords(member) },
  };
}

/** Whether two heads are the same without encoding them: their parts are, object for object. */
function sameHead(a: Kept, b: Kept): boolean {
  const [x, y] = [a.member, b.member];
  if (x === null || y === null) return x === y && a.base.context === b.base.context;
  return (
    x.context === y.context &&
    x.secrets === y.secrets &&
    x.privatePath === y.privatePath &&
    x.past.length === y.past.length &&
    x.past.every(({ context }, i) => context === y.past[i]?.context)
  );
}

/** The secret trees that a group holds, by epoch. */
function ratchetsOf(member: GroupState | null | undefined): Map<bigint, SecretTree> {
  const epochs = member ? [member, ...member.past] : [];
  return new Map(epochs.map(({ context, secretTree }) => [context.epoch, secretTree]));
}

/** What turns the records of `before` into those of `after`; either may be nothing. */
export function changesBetween(before: Kept | null, after: Kept | null): RecordChange[] {
  const changes = treeChanges(before?.base.tree ?? null, after?.base.tree ?? null);
  if (before === null || after === null || !sameHead(before, after)) {
    const [was, value] = [before, after].map((kept) => kept && encodeHead(headOf(kept)));
    if (!was || !value || !sameBytes(was, value))
      changes.push({ name: HEAD, value: value ?? null });
  }
  const [was, is] = [ratchetsOf(before?.member), ratchetsOf(after?.member)];
  for (const epoch of new Set([...was.keys(), ...is.keys()])) {
    changes.push(...ratchetChanges(epoch, was.get(epoch) ?? null, is.get(epoch) ?? null));
  }
  return changes;
}

function restorePast(
  records: GroupRecords,
  tree: RatchetTree,
  past: readonly PastRecord[],
): PastEpoch[] {
  let at = tree;
  return past.map(({ context, senderDataSecret, resumptionPsk, leafCount, until, leaves }) => {
    at = leaves.reduce((one, { leafIndex, leafNode }) => one.withLeaf(leafIndex, leafNode), at);
    const secretTree = restoreRatchets(records, context.epoch, leafCount);
    return { context, tree: at, senderDataSecret, resumptionPsk, secretTree, until: Number(until) };
  });
}

function restorePath(
  tree: RatchetTree,
  stored: readonly { node: number; privateKey: Uint8Array }[],
  ownLeaf: number,
) {
  const above = [slotUnder(tree.root, ownLeaf), ...tree.directPath(ownLeaf)];
  const path = new Map<number, KeyPair>();
  for (const { node, privateKey } of stored) {
    const found = above.find(({ index }) => index === node);
    const publicKey = found && encryptionKey(found);
    if (!publicKey) throw new MlsError('malformed', 'a key of no node');
    path.set(node, { privateKey, publicKey });
  }
  return path;
}

/** @throws MlsError `malformed`, `other-version` */
export function restoreKept(records: GroupRecords): Kept {
  const { membership, treeLevel, leafCount, epochAuthenticator, ...common } = decodeHead(
    records.get(HEAD),
  );
  const tree = restoreTree(records, treeLevel);
  const { context, ownLeaf } = common;
  const base = { ...common, tree, secrets: { epochAuthenticator } };
  if (membership.is === 'removed') return { base, member: null };
  if (tree.leaf(ownLeaf) === null) throw new MlsError('malformed', 'no own leaf');
  const member: GroupState = {
    ...base,
    senderDataSecret: membership.senderDataSecret,
    resumptionPsk: membership.resumptionPsk,
    secrets: membership.secrets,
    interimTranscriptHash: membership.interimTranscriptHash,
    signaturePrivateKey: membership.signaturePrivateKey,
    secretTree: restoreRatchets(records, context.epoch, leafCount),
    privatePath: restorePath(tree, membership.privatePath, ownLeaf),
    proposals: [],
    past: restorePast(records, tree, membership.past),
  };
  if (!sameBytes(member.secrets.epochAuthenticator, epochAuthenticator))
    throw new MlsError('malformed');
  return { base: member, member };
}
