/**
 * Opens a PrivateMessage (RFC 9420 section 6.3) and says who sent it, which the library keeps to itself; in the
 * current epoch and in those whose keys are still held.
 */
import type { AuthenticatedContent } from 'ts-mls/authenticatedContent.js';
import type { ClientState } from 'ts-mls/clientState.js';
import type { EpochReceiverData } from 'ts-mls/epochReceiverData.js';
import { unprotectPrivateMessage } from 'ts-mls/messageProtection.js';
import { decryptSenderData, type PrivateMessage } from 'ts-mls/privateMessage.js';
import type { SecretTree } from 'ts-mls/secretTree.js';
import type { Member } from './engine.ts';
import { attempt, MlsError } from './mls-error.ts';
import type { Suite } from './suite.ts';
import { memberAt } from './tree-view.ts';

export interface Unsealed {
  readonly sender: Member;
  readonly content: AuthenticatedContent;
  /** The epoch's ratchets after this message. */
  readonly secretTree: SecretTree;
}

type EpochKeys = Omit<EpochReceiverData, 'resumptionPsk'>;

/** @throws MlsError `wrong-epoch` or `epoch-gone` */
export function epochKeys(state: ClientState, epoch: bigint): EpochKeys {
  const current = state.groupContext.epoch;
  if (epoch === current) {
    return { ...state, senderDataSecret: state.keySchedule.senderDataSecret };
  }
  if (epoch > current) throw new MlsError('wrong-epoch');
  const past = state.historicalReceiverData.get(epoch);
  if (past === undefined) throw new MlsError('epoch-gone');
  return past;
}

/** Decrypts and verifies. @throws MlsError, the state being untouched */
export async function unseal(
  suite: Suite,
  state: ClientState,
  message: PrivateMessage,
): Promise<Unsealed> {
  const keys = epochKeys(state, message.epoch);
  const senderData = await attempt('cannot-open', () =>
    decryptSenderData(message, keys.senderDataSecret, suite),
  );
  if (senderData === undefined) throw new MlsError('cannot-open');
  const sender = memberAt(keys.ratchetTree, senderData.leafIndex);
  const isOwn = sender.leaf === state.privatePath.leafIndex;
  const ratchets = keys.secretTree[sender.leaf * 2];
  const ratchet =
    message.contentType === 'application' ? ratchets?.application : ratchets?.handshake;
  const used = ratchet !== undefined && senderData.generation < ratchet.generation;
  if (isOwn && (used || ratchet === undefined)) throw new MlsError('own-entry');
  if (ratchet === undefined) throw new MlsError('cannot-open');
  if (used) throw new MlsError('replayed');
  const { content, tree } = await attempt(isOwn ? 'own-entry' : 'cannot-open', () =>
    unprotectPrivateMessage(
      keys.senderDataSecret,
      message,
      keys.secretTree,
      keys.ratchetTree,
      keys.groupContext,
      state.clientConfig.keyRetentionConfig,
      suite,
    ),
  );
  // Signed by this leaf with a generation that it has yet to use: another copy of this device lives, or lived.
  if (isOwn) throw new MlsError('own-entry', 'of another copy', { signer: sender });
  return { sender, content, secretTree: tree };
}

/** The state after a message of `epoch`. */
export function withRatchets(
  state: ClientState,
  epoch: bigint,
  secretTree: SecretTree,
): ClientState {
  const past = state.historicalReceiverData.get(epoch);
  if (epoch === state.groupContext.epoch) return { ...state, secretTree };
  if (past === undefined) throw new MlsError('epoch-gone');
  const historicalReceiverData = new Map(state.historicalReceiverData);
  historicalReceiverData.set(epoch, { ...past, secretTree });
  return { ...state, historicalReceiverData };
}
