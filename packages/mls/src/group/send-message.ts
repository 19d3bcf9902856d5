/** Framing what a member sends (RFC 9420 section 6), and application messages (section 15). */
import { EMPTY } from '@polynya/crypto/bytes';
import {
  type Content,
  type FramedContent,
  type SignedContent,
  signContent,
} from '../framing/framed-content.ts';
import type { MlsMessage } from '../framing/mls-message.ts';
import { type PrivateMessage, sealPrivate } from '../framing/private-message.ts';
import { protectPublic } from '../framing/public-message.ts';
import { demand } from '../mls-error.ts';
import { nextOf } from '../schedule/secret-tree.ts';
import type { Environment } from './environment.ts';
import type { GroupState } from './state.ts';

const GUARD = 4;

export interface SendOptions {
  /** Sent in the clear, and signed. */
  readonly authenticatedData?: Uint8Array;
  /** Zero bytes behind the content of a PrivateMessage. */
  readonly padding?: number;
  /** Of proposals and Commits; application messages are always private. Default: privateMessage. */
  readonly wireFormat?: 'publicMessage' | 'privateMessage';
}

/** What this member says in the current epoch. */
export function framed(
  state: GroupState,
  body: Content,
  authenticatedData: Uint8Array = EMPTY,
): FramedContent {
  const { groupId, epoch } = state.context;
  return {
    groupId,
    epoch,
    sender: { kind: 'member', leafIndex: state.ownLeaf },
    authenticatedData,
    body,
  };
}

/** Signs all but a Commit, whose confirmation tag is known later than its signature. */
export async function signed(
  env: Environment,
  state: GroupState,
  body: Content,
  { authenticatedData, wireFormat = 'privateMessage' }: SendOptions,
): Promise<SignedContent> {
  const content = framed(state, body, authenticatedData);
  const { signaturePrivateKey, context } = state;
  const signature = await signContent(env.suite, signaturePrivateKey, wireFormat, content, context);
  return { wireFormat, content, signature, confirmationTag: null };
}

export async function sealed(
  env: Environment,
  state: GroupState,
  content: SignedContent,
  padding = 0,
): Promise<{ readonly state: GroupState; readonly message: PrivateMessage }> {
  const { suite } = env;
  const leafIndex = state.ownLeaf;
  const type = content.content.body.kind === 'application' ? 'application' : 'handshake';
  const { tree, generation, key } = nextOf(suite, state.secretTree, leafIndex, type);
  const place = { leafIndex, generation, key };
  const guard = env.random(GUARD);
  const message = await sealPrivate(suite, state.senderDataSecret, content, place, guard, padding);
  return { state: { ...state, secretTree: tree }, message };
}

/** In the wire format that was signed. */
export async function protect(
  env: Environment,
  state: GroupState,
  content: SignedContent,
  padding?: number,
): Promise<{ readonly state: GroupState; readonly message: MlsMessage }> {
  if (content.wireFormat === 'publicMessage') {
    const { membershipKey } = state.secrets;
    const publicMessage = protectPublic(env.suite, membershipKey, content, state.context);
    return { state, message: { format: 'publicMessage', publicMessage } };
  }
  const { state: after, message } = await sealed(env, state, content, padding);
  return { state: after, message: { format: 'privateMessage', privateMessage: message } };
}

export interface SealedApplication {
  readonly state: GroupState;
  readonly message: PrivateMessage;
  readonly signed: SignedContent;
}

/** Store the state before the message leaves: a generation must never be used twice. */
export async function sealApplication(
  env: Environment,
  state: GroupState,
  data: Uint8Array,
  options: Omit<SendOptions, 'wireFormat'> = {},
): Promise<SealedApplication> {
  demand('group-reinitialised', state.reinit === undefined);
  const content = await signed(env, state, { kind: 'application', data }, options);
  return { ...(await sealed(env, state, content, options.padding)), signed: content };
}
