/**
 * A note: a message signed by its author's device, for members whom the log does not reach. Its seal takes nothing
 * from the ratchets of MLS, so that it may be made without having read the log to its head.
 */
import { ed25519 } from '@polynya/crypto/ed25519';
import { equal } from '@polynya/protocol/bytes';
import { type Note, signedOf } from '@polynya/protocol/carried';
import { decodeCbor } from '@polynya/protocol/cbor';
import {
  content as contentCodec,
  decodeMessage,
  encodeMessage,
  type KnownContent,
} from '@polynya/protocol/content';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { ChatId, PersonId } from '../api.ts';
import { viewOf } from '../conversation/agreed-view.ts';
import type { Held } from '../conversation/held.ts';
import type { OutboxRow } from '../conversation/outbox.ts';
import { type Leaf, leavesOf } from '../conversation/roster.ts';
import { hashAt } from '../conversation/state.ts';
import type { Self } from '../identity/self.ts';
import type { Arrived } from '../timeline/arrived.ts';

/** The longest message that is carried, in bytes: it has to fit into a message of whoever hands it in. */
const LONGEST = 58_000;

/** What people wrote is carried; what changes a message, or the chat, waits for the log and its order. */
export type Carriable = Extract<KnownContent, { kind: 'text' | 'file' }>;
/** ... and what leads to the log, which is nothing to show. */
export type Noted = Carriable | Extract<KnownContent, { kind: 'record' }>;

/** The note of what waits to be sent; null for what is not carried. */
export async function noteOf(self: Self, held: Held, row: OutboxRow): Promise<Note | null> {
  const body = contentCodec.decode(decodeCbor(row.content));
  if (!isNoted(body)) return null;
  const { state, group } = held;
  const message = encodeMessage({
    at: Math.floor(row.at / 1_000),
    seq: state.cursor,
    hash: hashAt(state, state.cursor) ?? state.hash.slice(0, 6),
    authenticator: viewOf(group, state),
    body,
  });
  if (message.length > LONGEST) return null;
  const signature = await self.sign(signedOf(state.log, { id: row.id, message }));
  return { id: row.id, device: self.device.publicKey, message, signature };
}

/** What a note says and who said it. `at` ms, as its author's clock had it. */
export interface ReadNote {
  readonly author: Leaf;
  readonly at: number;
  readonly content: Noted;
}

/** null: not signed by a device that stands in the group, or nothing that is carried. */
export async function readNote(note: Note, { group, state }: Held): Promise<ReadNote | null> {
  const author = leavesOf(group).find(
    ({ kind, signatureKey }) => kind === 'device' && equal(signatureKey, note.device),
  );
  if (!author || note.message.length > LONGEST) return null;
  const signed = signedOf(state.log, note);
  if (!(await ed25519.verify(note.device, signed, note.signature))) return null;
  try {
    const { at, body } = decodeMessage(note.message);
    return isNoted(body) ? { author, at: at * 1_000, content: body } : null;
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

/** As the timeline takes it. */
export function arrivedFrom(
  { author, at, content }: ReadNote & { readonly content: Carriable },
  {
    chat,
    me,
    id,
    seq,
    latest,
  }: {
    readonly chat: ChatId;
    readonly me: PersonId;
    readonly id: string;
    readonly seq: number;
    /** ms: nothing was written later, whatever its author's clock said. */
    readonly latest: number;
  },
): Arrived {
  const sender = author.person;
  return { chat, seq, id, sender, mine: sender === me, at: Math.min(at, latest), content };
}

/** Whether it is somebody's message. */
export function isMessage(read: ReadNote): read is ReadNote & { readonly content: Carriable } {
  return read.content.kind !== 'record';
}

function isNoted(content: { readonly kind: string }): content is Noted {
  return ['text', 'file', 'record'].includes(content.kind);
}
