/** Making and taking proposals (RFC 9420 sections 12.1 and 12.1.8). */
import { sameBytes } from '@polynya/crypto/bytes';
import { proposalRef, type SignedContent, signContent } from '../framing/framed-content.ts';
import type { MlsMessage } from '../framing/mls-message.ts';
import { demand, MlsError, violated } from '../mls-error.ts';
import { type GroupContext, MLS_10 } from '../schedule/group-context.ts';
import type { Environment } from './environment.ts';
import { validateKeyPackage } from './key-package-validation.ts';
import { validateCompatibility, validateLeaf } from './leaf-validation.ts';
import type { OwnKeyPackage } from './own-key-package.ts';
import { type LeafChange, renewedLeaf } from './own-leaf.ts';
import type { Proposal } from './proposal.ts';
import { protect, type SendOptions, signed } from './send-message.ts';
import type { GroupState, OwnKeys, PendingProposal } from './state.ts';

export interface Proposed {
  readonly state: GroupState;
  readonly message: MlsMessage;
  readonly reference: Uint8Array;
}

function remembered(env: Environment, state: GroupState, content: SignedContent, keys?: OwnKeys) {
  const { body, sender } = content.content;
  if (body.kind !== 'proposal') throw violated('proposal-sender');
  const reference = proposalRef(env.suite, content);
  const pending: PendingProposal = {
    reference,
    sender,
    proposal: body.proposal,
    ...(keys && { keys }),
  };
  const known = state.proposals.some((one) => sameBytes(one.reference, reference));
  return {
    reference,
    state: known ? state : { ...state, proposals: [...state.proposals, pending] },
  };
}

export async function propose(
  env: Environment,
  state: GroupState,
  proposal: Proposal,
  options: SendOptions = {},
  keys?: OwnKeys,
): Promise<Proposed> {
  demand('group-reinitialised', state.reinit === undefined);
  const content = await signed(env, state, { kind: 'proposal', proposal }, options);
  const kept = remembered(env, state, content, keys);
  return { ...kept, ...(await protect(env, kept.state, content, options.padding)) };
}

/** New keys for the own leaf, to be committed by another member. */
export async function proposeUpdate(
  env: Environment,
  state: GroupState,
  change: LeafChange = {},
  options: SendOptions = {},
): Promise<Proposed> {
  const { kem } = env.suite;
  const leaf = await kem.deriveKeyPair(env.random(kem.privateKeySize));
  const made = await renewedLeaf(env, state, leaf.publicKey, { kind: 'update' }, change);
  const keys = { leaf, signaturePrivateKey: made.signaturePrivateKey };
  return propose(env, state, { kind: 'update', leafNode: made.leafNode }, options, keys);
}

/** Section 12.1.8: a client asks to be added. `context` comes from a GroupInfo. */
export async function proposeOwnAdd(
  { suite }: Environment,
  context: GroupContext,
  own: OwnKeyPackage,
): Promise<MlsMessage> {
  const content = {
    groupId: context.groupId,
    epoch: context.epoch,
    sender: { kind: 'newMemberProposal' },
    authenticatedData: new Uint8Array(0),
    body: { kind: 'proposal', proposal: { kind: 'add', keyPackage: own.keyPackage } },
  } as const;
  const signature = await signContent(
    suite,
    own.signaturePrivateKey,
    'publicMessage',
    content,
    context,
  );
  const publicMessage = {
    wireFormat: 'publicMessage',
    content,
    signature,
    confirmationTag: null,
    membershipTag: null,
  } as const;
  return { format: 'publicMessage', publicMessage };
}

/** What whoever is no member may propose. */
const EXTERNAL: ReadonlySet<Proposal['kind']> = new Set([
  'add',
  'remove',
  'psk',
  'reinit',
  'groupContextExtensions',
]);

/** Takes a proposal whose signature holds. @throws MlsError with the rule that it violates */
export async function takeProposal(
  env: Environment,
  state: GroupState,
  content: SignedContent,
): Promise<GroupState> {
  const { body, sender, epoch } = content.content;
  if (body.kind !== 'proposal') throw violated('proposal-sender');
  // A PrivateMessage of a past epoch still opens; what it proposes went with its epoch.
  if (epoch !== state.context.epoch) throw new MlsError('wrong-epoch');
  const { proposal } = body;
  if (sender.kind === 'external') demand('proposal-sender', EXTERNAL.has(proposal.kind));
  if (proposal.kind === 'add') {
    await validateKeyPackage(env, proposal.keyPackage);
    validateCompatibility(proposal.keyPackage.leafNode, state.context);
  } else if (proposal.kind === 'update') {
    if (sender.kind !== 'member') throw violated('proposal-sender');
    const place = { groupId: state.context.groupId, leafIndex: sender.leafIndex };
    await validateLeaf(env, proposal.leafNode, 'update', place);
  } else if (proposal.kind === 'remove') {
    demand('remove-of-nobody', state.tree.leaf(proposal.removed) !== null);
  } else if (proposal.kind === 'reinit') demand('reinit-version', proposal.version >= MLS_10);
  else if (proposal.kind === 'externalInit') throw violated('external-init-by-member');
  return remembered(env, state, content).state;
}
