/** The proposals of a Commit, resolved and judged as one list (RFC 9420 sections 12.1 and 12.2). */
import { sameBytes, textOf } from '@polynya/crypto/bytes';
import { encode } from '../codec/codec.ts';
import type { Sender } from '../framing/framed-content.ts';
import { demand, violated } from '../mls-error.ts';
import { MLS_10 } from '../schedule/group-context.ts';
import { preSharedKeyId } from '../schedule/psk.ts';
import { allSupport } from '../tree/traits.ts';
import type { Environment } from './environment.ts';
import {
  isDefaultProposal,
  type Proposal,
  type ProposalOf,
  type ProposalOrRef,
  proposalType,
} from './proposal.ts';
import type { GroupState, OwnKeys } from './state.ts';

export interface ListedProposal {
  readonly sender: Sender;
  readonly proposal: Proposal;
  readonly keys?: OwnKeys;
}

/** @throws MlsError, rule `proposal-by-reference-unknown` */
export function resolveProposals(
  state: GroupState,
  committer: Sender,
  proposals: readonly ProposalOrRef[],
): ListedProposal[] {
  return proposals.map((one) => {
    if (one.by === 'value') return { sender: committer, proposal: one.proposal };
    const pending = state.proposals.find(({ reference }) => sameBytes(reference, one.reference));
    if (pending === undefined) throw violated('proposal-by-reference-unknown');
    return pending;
  });
}

/** Those of one kind, with their senders, in order. */
export function ofKind<K extends Proposal['kind']>(
  list: readonly ListedProposal[],
  kind: K,
): (ListedProposal & { readonly proposal: ProposalOf<K> })[] {
  return list.filter(
    (one): one is ListedProposal & { readonly proposal: ProposalOf<K> } =>
      one.proposal.kind === kind,
  );
}

/** Section 12.1.4. A key of a former group resumes it only in the first Commit of its successor. */
function validatePsk(env: Environment, { psk }: ProposalOf<'psk'>, isFirst: boolean): void {
  demand('psk-nonce', psk.pskNonce.length === env.suite.hash.size);
  const resumes = psk.kind === 'resumption' && psk.usage !== 'application';
  demand('psk-usage', !resumes || isFirst);
}

function validatePsks(env: Environment, list: readonly ListedProposal[], isFirst: boolean): void {
  const seen = new Set<string>();
  for (const { proposal } of ofKind(list, 'psk')) {
    validatePsk(env, proposal, isFirst);
    const id = textOf(encode(preSharedKeyId, proposal.psk));
    demand('psk-duplicate', !seen.has(id));
    seen.add(id);
  }
}

/** Whom each Update and Remove is about: one at most for each leaf, none for the committer's. */
function validateLeaves(
  state: GroupState,
  list: readonly ListedProposal[],
  committer: number,
): void {
  const changed = new Set<number>();
  const change = (leafIndex: number): void => {
    demand('leaf-changed-twice', !changed.has(leafIndex));
    changed.add(leafIndex);
  };
  for (const { sender } of ofKind(list, 'update')) {
    if (sender.kind !== 'member') throw violated('proposal-sender');
    demand('update-by-committer', sender.leafIndex !== committer);
    change(sender.leafIndex);
  }
  for (const { proposal } of ofKind(list, 'remove')) {
    demand('remove-of-committer', proposal.removed !== committer);
    demand('remove-of-nobody', state.tree.leaf(proposal.removed) !== null);
    change(proposal.removed);
  }
}

/** A Commit by the member in the leaf `committer`. The newcomers' own demands are looked at as they are applied. */
export function validateMembersList(
  env: Environment,
  state: GroupState,
  list: readonly ListedProposal[],
  committer: number,
): void {
  validateLeaves(state, list, committer);
  validatePsks(env, list, state.context.epoch === 0n);
  demand('external-init-by-member', ofKind(list, 'externalInit').length === 0);
  demand('group-extensions-twice', ofKind(list, 'groupContextExtensions').length <= 1);
  for (const { proposal } of ofKind(list, 'reinit')) {
    demand('reinit-alone', list.length === 1);
    demand('reinit-version', proposal.version >= MLS_10);
  }
  for (const { proposal } of list) {
    const type = proposalType(proposal);
    const known = isDefaultProposal(type) || allSupport(state.tree.root, 'proposals', type);
    demand('proposal-unsupported', known && proposal.kind !== 'other');
  }
}

/** A Commit by somebody who is no member yet (section 12.4.3.2). */
export function validateExternalList(
  env: Environment,
  state: Pick<GroupState, 'tree'>,
  proposals: readonly ProposalOrRef[],
  list: readonly ListedProposal[],
): void {
  demand(
    'external-commit-by-reference',
    proposals.every(({ by }) => by === 'value'),
  );
  demand('external-init-missing', ofKind(list, 'externalInit').length === 1);
  const removes = ofKind(list, 'remove');
  demand('external-commit-resync', removes.length <= 1);
  for (const { proposal } of removes) {
    demand('remove-of-nobody', state.tree.leaf(proposal.removed) !== null);
  }
  const allowed = new Set<Proposal['kind']>(['externalInit', 'remove', 'psk']);
  demand(
    'external-commit-proposals',
    list.every(({ proposal }) => allowed.has(proposal.kind)),
  );
  validatePsks(env, list, false);
}

/** Section 12.4: all but Adds, PSKs and a ReInit need new keys on the committer's path. */
export function needsPath(list: readonly ListedProposal[]): boolean {
  const withoutPath = new Set<Proposal['kind']>(['add', 'psk', 'reinit']);
  return list.length === 0 || list.some(({ proposal }) => !withoutPath.has(proposal.kind));
}
