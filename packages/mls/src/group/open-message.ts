/** Opening what members, external senders and newcomers send (RFC 9420 sections 6.1 to 6.3). */
import { sameBytes } from '@polynya/crypto/bytes';
import { isSignedContent, type SignedContent } from '../framing/framed-content.ts';
import {
  openPrivate,
  openSenderData,
  type PrivateMessage,
  type SenderData,
} from '../framing/private-message.ts';
import { type PublicMessage, verifyMembership } from '../framing/public-message.ts';
import { demand, MlsError, violated } from '../mls-error.ts';
import { generationOf, type RatchetType, take } from '../schedule/secret-tree.ts';
import type { LeafNode } from '../tree/leaf-node.ts';
import type { Environment } from './environment.ts';
import { externalSendersOf } from './external-senders.ts';
import { type EpochKeys, epochKeys, type GroupState, withSecretTree } from './state.ts';

export interface Opened {
  /** With the sender's ratchet turned. */
  readonly state: GroupState;
  /** Its signature holds. */
  readonly signed: SignedContent;
  /** The sender's leaf node, in its epoch; null for whoever is no member. */
  readonly leaf: LeafNode | null;
}

const OTHER = 'of another group';

const notAMember = (): never => {
  throw new MlsError('not-a-member');
};

/** A message whose sender data were opened. */
interface Located {
  readonly message: PrivateMessage;
  readonly keys: EpochKeys;
  readonly senderData: SenderData;
  readonly leaf: LeafNode;
  readonly type: RatchetType;
}

async function located(
  { suite }: Environment,
  state: GroupState,
  message: PrivateMessage,
): Promise<Located> {
  if (!sameBytes(message.groupId, state.context.groupId)) throw new MlsError('cannot-open', OTHER);
  const keys = epochKeys(state, message.epoch);
  const senderData = await openSenderData(suite, keys.senderDataSecret, message);
  const leaf = keys.tree.leaf(senderData.leafIndex) ?? notAMember();
  const type = message.contentType === 'application' ? 'application' : 'handshake';
  return { message, keys, senderData, leaf, type };
}

/** Its signature is not verified yet. */
async function unsealed(
  { suite, limits, clock }: Environment,
  state: GroupState,
  { message, keys, senderData, leaf, type }: Located,
): Promise<Opened & { readonly leaf: LeafNode }> {
  const { leafIndex, generation } = senderData;
  const taken = take(suite, keys.secretTree, leafIndex, type, generation, limits, clock);
  const signed = await openPrivate(suite, message, senderData, taken.key);
  return { state: withSecretTree(state, message.epoch, taken.tree), signed, leaf };
}

/** @throws MlsError; the state stays as it was */
export async function openPrivateMessage(
  env: Environment,
  state: GroupState,
  message: PrivateMessage,
): Promise<Opened> {
  const place = await located(env, state, message);
  const { keys, leaf, type } = place;
  const { leafIndex, generation } = place.senderData;
  const taking = async (): Promise<Opened> => {
    const opened = await unsealed(env, state, place);
    const { context } = keys;
    const holds = isSignedContent(env.suite, leaf.signatureKey, opened.signed, context);
    demand('signature', await holds);
    return opened;
  };
  if (leafIndex !== state.ownLeaf) return taking();
  if (generation < generationOf(keys.secretTree, leafIndex, type)) throw new MlsError('own-entry');
  throw await taking().then(
    () => anotherCopys(leafIndex, leaf),
    (cause: unknown) => new MlsError('own-entry', 'own-entry', { cause }),
  );
}

/**
 * As `openPrivateMessage`, for messages of others, but for the signature: `holds` says later whether it does.
 * @throws MlsError
 */
export async function openUnverified(
  env: Environment,
  state: GroupState,
  message: PrivateMessage,
): Promise<{ readonly opened: Opened; readonly holds: Promise<boolean> }> {
  const place = await located(env, state, message);
  if (place.senderData.leafIndex === state.ownLeaf) throw new MlsError('own-entry');
  const opened = await unsealed(env, state, place);
  const { verify, verifyAside = verify } = env.suite.signature;
  const aside = { signature: { verify: verifyAside } };
  const { signatureKey } = opened.leaf;
  const holds = isSignedContent(aside, signatureKey, opened.signed, place.keys.context);
  return { opened, holds: Promise.resolve(holds).catch(() => false) };
}

/** Signed by this leaf in a generation that it has yet to use: another copy of this device lives, or lived. */
function anotherCopys(leaf: number, { credential, signatureKey }: LeafNode): MlsError {
  const signer = { leaf, credential: credential.content, signatureKey };
  return new MlsError('own-entry', 'of another copy', { signer });
}

/** The leaf node or other public key that must have signed. */
function signerOf({ context, tree }: EpochKeys, { content }: SignedContent) {
  const { sender, body } = content;
  switch (sender.kind) {
    case 'member': {
      const leaf = tree.leaf(sender.leafIndex) ?? notAMember();
      return { leaf, key: leaf.signatureKey };
    }
    case 'external': {
      const external = externalSendersOf(context.extensions)[sender.senderIndex];
      if (external === undefined || body.kind !== 'proposal') throw violated('proposal-sender');
      return { leaf: null, key: external.signatureKey };
    }
    case 'newMemberProposal':
      if (body.kind !== 'proposal' || body.proposal.kind !== 'add')
        throw violated('proposal-sender');
      return { leaf: null, key: body.proposal.keyPackage.leafNode.signatureKey };
    case 'newMemberCommit':
      if (body.kind !== 'commit' || body.commit.path === null) throw violated('path-required');
      return { leaf: null, key: body.commit.path.leafNode.signatureKey };
  }
}

/** @throws MlsError */
export async function openPublicMessage(
  { suite }: Environment,
  state: GroupState,
  message: PublicMessage,
): Promise<Opened> {
  const { content } = message;
  if (!sameBytes(content.groupId, state.context.groupId))
    throw new MlsError('cannot-open', 'of another group');
  if (content.epoch !== state.context.epoch) throw new MlsError('wrong-epoch');
  if (content.body.kind === 'application')
    throw new MlsError('malformed', 'an application message in the open');
  verifyMembership(suite, state.secrets.membershipKey, message, state.context);
  const { leaf, key } = signerOf(state, message);
  demand('signature', await isSignedContent(suite, key, message, state.context));
  return { state, signed: message, leaf };
}
