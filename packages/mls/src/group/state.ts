/**
 * What one member holds of a group in one epoch: an immutable value that shares with its predecessors all that did not
 * change. Operations are functions from one state to the next.
 */

import type { KeyPair } from '@polynya/crypto/hpke-suite';
import type { Sender } from '../framing/framed-content.ts';
import { MlsError } from '../mls-error.ts';
import type { GroupContext } from '../schedule/group-context.ts';
import type { EpochSecrets } from '../schedule/key-schedule.ts';
import type { SecretTree } from '../schedule/secret-tree.ts';
import type { PrivatePath } from '../tree/private-path.ts';
import type { RatchetTree } from '../tree/ratchet-tree.ts';
import type { Proposal, ProposalOf } from './proposal.ts';

/** What opens the messages of an epoch. */
export interface EpochKeys {
  readonly context: GroupContext;
  readonly tree: RatchetTree;
  readonly senderDataSecret: Uint8Array;
  readonly secretTree: SecretTree;
  readonly resumptionPsk: Uint8Array;
}

/** An epoch that is over since `until` (seconds since 1970). */
export interface PastEpoch extends EpochKeys {
  readonly until: number;
}

/** A proposal that a Commit may refer to. */
export interface PendingProposal {
  readonly reference: Uint8Array;
  readonly sender: Sender;
  readonly proposal: Proposal;
  /** Of an own Update: the private keys that it brings. */
  readonly keys?: OwnKeys;
}

export interface OwnKeys {
  readonly leaf: KeyPair;
  readonly signaturePrivateKey: Uint8Array;
}

/** The encryption secret is no part of it: it went into the secret tree. */
export type KeptSecrets = Omit<
  EpochSecrets,
  'encryptionSecret' | 'senderDataSecret' | 'resumptionPsk'
>;

export interface GroupState extends EpochKeys {
  readonly secrets: KeptSecrets;
  readonly confirmationTag: Uint8Array;
  readonly interimTranscriptHash: Uint8Array;
  readonly ownLeaf: number;
  readonly signaturePrivateKey: Uint8Array;
  readonly privatePath: PrivatePath;
  readonly proposals: readonly PendingProposal[];
  /** The latest first. */
  readonly past: readonly PastEpoch[];
  /** Once a ReInit was committed: the group that is to follow, and this one says nothing more (section 11.2). */
  readonly reinit?: ProposalOf<'reinit'>;
}

/** @throws MlsError `wrong-epoch`, `epoch-gone` */
export function epochKeys(state: GroupState, epoch: bigint): EpochKeys {
  const current = state.context.epoch;
  if (epoch === current) return state;
  if (epoch > current) throw new MlsError('wrong-epoch');
  const past = state.past.find(({ context }) => context.epoch === epoch);
  if (past === undefined) throw new MlsError('epoch-gone');
  return past;
}

/** The state after the ratchets of an epoch turned. */
export function withSecretTree(
  state: GroupState,
  epoch: bigint,
  secretTree: SecretTree,
): GroupState {
  if (epoch === state.context.epoch) return { ...state, secretTree };
  const past = state.past.map((one) =>
    one.context.epoch === epoch ? { ...one, secretTree } : one,
  );
  return { ...state, past };
}

/** Without the epochs that have been over for too long. */
export function withoutExpired(state: GroupState, now: number, seconds: number): GroupState {
  const past = state.past.filter(({ until }) => until + seconds > now);
  return past.length === state.past.length ? state : { ...state, past };
}
