/** Making a Commit (RFC 9420 section 12.4.1). It is staged: the group as it will be, should the Commit be taken. */
import { erase } from '@polynya/crypto/bytes';
import { encode } from '../codec/codec.ts';
import { signContent } from '../framing/framed-content.ts';
import type { MlsMessage } from '../framing/mls-message.ts';
import { demand } from '../mls-error.ts';
import { groupContext } from '../schedule/group-context.ts';
import { noSecret } from '../schedule/key-schedule.ts';
import { stillHeld } from '../tree/private-path.ts';
import { type NewPath, newPath } from '../tree/tree-kem.ts';
import { type Applied, applyProposals, validateRenewal } from './apply-proposals.ts';
import type { Environment } from './environment.ts';
import {
  type DerivedEpoch,
  deriveEpoch,
  pastAfter,
  provisionalContext,
  stateOfEpoch,
} from './epoch.ts';
import { validateCompatibility, validateCredentialTypes, validateLeaf } from './leaf-validation.ts';
import { makeWelcome } from './make-welcome.ts';
import { type LeafChange, renewedLeaf } from './own-leaf.ts';
import { findPskSecret, rememberedEpochs } from './pre-shared-keys.ts';
import type { Proposal, ProposalOrRef } from './proposal.ts';
import { needsPath, resolveProposals, validateMembersList } from './proposal-list.ts';
import { framed, protect, type SendOptions } from './send-message.ts';
import type { GroupState, PendingProposal } from './state.ts';
import type { Welcome } from './welcome.ts';

export interface CommitOptions extends SendOptions {
  /** By value. */
  readonly proposals?: readonly Proposal[];
  /** References of pending proposals to commit. Default: all but own Updates. */
  readonly references?: readonly Uint8Array[];
  /** Renews the own leaf and path where nothing demands it. Default: true. */
  readonly path?: boolean;
  readonly leaf?: LeafChange;
  /** The Welcome carries the ratchet tree. Default: true. */
  readonly treeInWelcome?: boolean;
}

export interface CommitMade {
  readonly message: MlsMessage;
  /** The group in the epoch after the Commit: adopted once the Commit is taken, else dropped. */
  readonly staged: GroupState;
  /** The group in the present epoch, its handshake ratchet turned: what goes on if the Commit is not taken. */
  readonly current: GroupState;
  /** For those whom it adds. */
  readonly welcome: Welcome | null;
  readonly applied: Applied;
}

async function makePath(
  env: Environment,
  state: GroupState,
  { tree }: Applied,
  change: LeafChange,
): Promise<{ path: NewPath; signaturePrivateKey: Uint8Array }> {
  let signaturePrivateKey = state.signaturePrivateKey;
  const makeLeaf = async (encryptionKey: Uint8Array, parentHash: Uint8Array) => {
    const made = await renewedLeaf(
      env,
      { ...state, tree },
      encryptionKey,
      { kind: 'commit', parentHash },
      change,
    );
    signaturePrivateKey = made.signaturePrivateKey;
    return made.leafNode;
  };
  const path = await newPath(env.suite, tree, state.ownLeaf, makeLeaf, env.random);
  return { path, signaturePrivateKey };
}

/** What the others will demand of the committer's new leaf. */
async function validateOwnLeaf(
  env: Environment,
  state: GroupState,
  applied: Applied,
  path: NewPath,
) {
  const { ownLeaf: leafIndex, context } = state;
  const [before, after] = [state.tree.leaf(leafIndex), path.tree.leaf(leafIndex)];
  if (before === null || after === null) return;
  await validateLeaf(env, after, 'commit', { groupId: context.groupId, leafIndex });
  validateCompatibility(after, applied);
  await validateRenewal(env, applied.tree, before, after);
  validateCredentialTypes(path.tree);
}

/** All pending proposals but own Updates, which only others can commit. */
function committable({ proposals, ownLeaf }: GroupState): Uint8Array[] {
  const isOwn = ({ sender, proposal }: PendingProposal): boolean =>
    proposal.kind === 'update' && sender.kind === 'member' && sender.leafIndex === ownLeaf;
  return proposals.filter((one) => !isOwn(one)).map(({ reference }) => reference);
}

/** @throws MlsError with the rule that the Commit would violate */
export async function makeCommit(
  env: Environment,
  state: GroupState,
  options: CommitOptions = {},
): Promise<CommitMade> {
  const { suite } = env;
  demand('group-reinitialised', state.reinit === undefined);
  const references = options.references ?? committable(state);
  const proposals: ProposalOrRef[] = [
    ...references.map((reference) => ({ by: 'reference', reference }) as const),
    ...(options.proposals ?? []).map((proposal) => ({ by: 'value', proposal }) as const),
  ];
  const list = resolveProposals(state, { kind: 'member', leafIndex: state.ownLeaf }, proposals);
  validateMembersList(env, state, list, state.ownLeaf);
  const applied = await applyProposals(env, state, list);
  const pskSecret = await findPskSecret(env, rememberedEpochs(state), applied.psks);

  const withPath = needsPath(list) || (options.path ?? true);
  const renewed = withPath ? await makePath(env, state, applied, options.leaf ?? {}) : undefined;
  if (renewed !== undefined) await validateOwnLeaf(env, state, applied, renewed.path);
  const tree = renewed?.path.tree ?? applied.tree;
  const provisional = provisionalContext(suite, state, tree, applied.extensions);
  const added = new Set(applied.added.map(({ leafIndex }) => leafIndex));
  const path = (await renewed?.path.encrypt(encode(groupContext, provisional), added)) ?? null;

  const { wireFormat = 'privateMessage', authenticatedData } = options;
  const content = framed(state, { kind: 'commit', commit: { proposals, path } }, authenticatedData);
  const signature = await signContent(
    suite,
    state.signaturePrivateKey,
    wireFormat,
    content,
    state.context,
  );
  const unconfirmed = { wireFormat, content, signature };
  const before = {
    interimTranscriptHash: state.interimTranscriptHash,
    initSecret: state.secrets.initSecret,
  };
  const commitSecret = renewed?.path.commitSecret ?? noSecret(suite);
  const epoch = deriveEpoch(suite, before, provisional, unconfirmed, commitSecret, pskSecret);
  const confirmed = { ...unconfirmed, confirmationTag: epoch.confirmationTag };
  const { state: current, message } = await protect(env, state, confirmed, options.padding);
  const staged = stagedState(env, current, epoch, applied, renewed);
  const { treeInWelcome = true } = options;
  const welcome = await makeWelcome(
    env,
    staged,
    epoch,
    applied,
    renewed?.path.pathSecrets,
    treeInWelcome,
  );
  erase(commitSecret, pskSecret, epoch.joinerSecret, epoch.welcomeSecret);
  erase(...(renewed?.path.pathSecrets.values() ?? []));
  return { message, staged, current, welcome, applied };
}

function stagedState(
  env: Environment,
  current: GroupState,
  epoch: DerivedEpoch,
  { tree: appliedTree, reinit }: Applied,
  renewed: Awaited<ReturnType<typeof makePath>> | undefined,
): GroupState {
  const tree = renewed?.path.tree ?? appliedTree;
  return {
    ...stateOfEpoch(epoch, tree),
    ownLeaf: current.ownLeaf,
    signaturePrivateKey: renewed?.signaturePrivateKey ?? current.signaturePrivateKey,
    privatePath: renewed?.path.privatePath ?? stillHeld(current.privatePath, tree, current.ownLeaf),
    past: pastAfter(env, current),
    ...(reinit && { reinit }),
  };
}
