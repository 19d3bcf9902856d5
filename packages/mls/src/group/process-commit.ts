/** Following another member's Commit, or a newcomer's (RFC 9420 section 12.4.2). */
import { erase, sameSecret, utf8 } from '@polynya/crypto/bytes';
import { receiveExport } from '@polynya/crypto/hpke';
import { encode } from '../codec/codec.ts';
import type { SignedContent } from '../framing/framed-content.ts';
import { attempt, demand, MlsError, violated, within } from '../mls-error.ts';
import { groupContext } from '../schedule/group-context.ts';
import { EXTERNAL_INIT, externalKeyPair, noSecret } from '../schedule/key-schedule.ts';
import { type PrivatePath, stillHeld } from '../tree/private-path.ts';
import type { RatchetTree } from '../tree/ratchet-tree.ts';
import { applyPath, demandNewKeys, learnPath } from '../tree/tree-kem.ts';
import type { UpdatePath } from '../tree/update-path.ts';
import { type Applied, applyProposals, validateRenewal } from './apply-proposals.ts';
import { type Environment, verdict } from './environment.ts';
import { deriveEpoch, pastAfter, provisionalContext, stateOfEpoch } from './epoch.ts';
import { validateCompatibility, validateCredentialTypes, validateLeaf } from './leaf-validation.ts';
import { findPskSecret, rememberedEpochs } from './pre-shared-keys.ts';
import {
  type ListedProposal,
  needsPath,
  ofKind,
  resolveProposals,
  validateExternalList,
  validateMembersList,
} from './proposal-list.ts';
import type { GroupState } from './state.ts';

export interface CommitApplied {
  /** null: this member was removed. */
  readonly state: GroupState | null;
  readonly committer: number;
  readonly applied: Applied;
}

/** A Commit that was opened in its epoch: `signed` is what `openPrivateMessage` or `openPublicMessage` gave. */
export function processCommit(
  env: Environment,
  state: GroupState,
  signed: SignedContent,
): Promise<CommitApplied> {
  return within('invalid-commit', () => processed(env, state, signed));
}

async function processed(
  env: Environment,
  state: GroupState,
  signed: SignedContent,
): Promise<CommitApplied> {
  const { suite } = env;
  const { sender, body, epoch } = signed.content;
  if (body.kind !== 'commit') throw new MlsError('invalid-argument', 'not a Commit');
  if (epoch !== state.context.epoch) throw new MlsError('wrong-epoch');
  demand('group-reinitialised', state.reinit === undefined);
  const { proposals, path } = body.commit;
  const list = resolveProposals(state, sender, proposals);
  const external = sender.kind === 'newMemberCommit';
  if (sender.kind === 'member') validateMembersList(env, state, list, sender.leafIndex);
  else if (external) validateExternalList(env, state, proposals, list);
  else throw violated('proposal-sender');
  demand('path-required', path !== null || !needsPath(list));
  const applied = await applyProposals(env, state, list);

  const entered = external && path ? await enter(env, state, applied, path) : undefined;
  const committer = sender.kind === 'member' ? sender.leafIndex : (entered?.leafIndex ?? 0);
  const before = entered?.tree ?? applied.tree;
  if (applied.removed.includes(state.ownLeaf)) return { state: null, committer, applied };
  const after = path
    ? await pathApplied(env, state, { applied, before, committer, path, external })
    : before;

  const provisional = provisionalContext(suite, state, after, applied.extensions);
  const ownKeys = stillHeld(renewedKeys(state, applied), before, state.ownLeaf);
  const added = new Set(applied.added.map(({ leafIndex }) => leafIndex));
  const own = { leafIndex: state.ownLeaf, keys: ownKeys };
  const context = encode(groupContext, provisional);
  const learned = path
    ? await learnPath(suite, { before, after }, committer, path, own, context, added)
    : { privatePath: ownKeys, commitSecret: noSecret(suite) };
  const pskSecret = await findPskSecret(env, rememberedEpochs(state), applied.psks);
  const initSecret = external ? await externalInit(env, state, list) : state.secrets.initSecret;
  const previous = { interimTranscriptHash: state.interimTranscriptHash, initSecret };
  const next = deriveEpoch(suite, previous, provisional, signed, learned.commitSecret, pskSecret);
  if (signed.confirmationTag === null) throw violated('confirmation-tag-missing');
  demand('confirmation-tag', sameSecret(next.confirmationTag, signed.confirmationTag));
  erase(learned.commitSecret, pskSecret, next.joinerSecret, next.welcomeSecret);
  const { reinit, ownKeys: renewed } = applied;
  return {
    committer,
    applied,
    state: {
      ...stateOfEpoch(next, after),
      ownLeaf: state.ownLeaf,
      signaturePrivateKey: renewed?.signaturePrivateKey ?? state.signaturePrivateKey,
      privatePath: learned.privatePath,
      past: pastAfter(env, state),
      ...(reinit && { reinit }),
    },
  };
}

/** The private keys after an own Update among the proposals. */
function renewedKeys({ privatePath, ownLeaf }: GroupState, { ownKeys }: Applied): PrivatePath {
  return ownKeys ? new Map([[2 * ownLeaf, ownKeys.leaf]]) : privatePath;
}

/** A newcomer takes the leftmost blank leaf, and where it resyncs, only as the client that it replaces. */
async function enter(
  env: Environment,
  state: GroupState,
  applied: Applied,
  { leafNode }: UpdatePath,
) {
  const [resynced] = applied.removed;
  const before = resynced === undefined ? null : state.tree.leaf(resynced);
  if (before !== null) {
    const same = await verdict(() => env.authority.mayResync(before, leafNode));
    demand('external-commit-resync', same);
  }
  demand('leaf-signature-key-unique', !applied.tree.hasSignatureKey(leafNode.signatureKey));
  return applied.tree.add(leafNode);
}

interface PathToApply {
  readonly applied: Applied;
  readonly before: RatchetTree;
  readonly committer: number;
  readonly path: UpdatePath;
  readonly external: boolean;
}

async function pathApplied(
  env: Environment,
  { context }: GroupState,
  to: PathToApply,
): Promise<RatchetTree> {
  const { applied, before, committer, path, external } = to;
  const { leafNode } = path;
  await validateLeaf(env, leafNode, 'commit', { groupId: context.groupId, leafIndex: committer });
  validateCompatibility(leafNode, applied);
  const old = before.leaf(committer);
  if (!external && old !== null) await validateRenewal(env, before, old, leafNode);
  demandNewKeys(applied.tree, path);
  const added = new Set(applied.added.map(({ leafIndex }) => leafIndex));
  const after = applyPath(env.suite, before, committer, path, added);
  validateCredentialTypes(after);
  return after;
}

/** Section 8.3: the newcomer chose the init secret, and sealed it to the key that the epoch's GroupInfo shows. */
async function externalInit(
  { suite }: Environment,
  { secrets }: GroupState,
  list: readonly ListedProposal[],
) {
  const init = ofKind(list, 'externalInit')[0];
  if (init === undefined) throw violated('external-init-missing');
  const keyPair = await externalKeyPair(suite, secrets.externalSecret);
  const { kemOutput } = init.proposal;
  return attempt('cannot-open', () =>
    receiveExport(suite, keyPair, kemOutput, utf8(EXTERNAL_INIT), suite.hash.size),
  );
}
