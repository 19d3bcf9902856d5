/**
 * What a device missed while its state was lost, sent again by a member (docs/protocol.md section 7): messages as
 * they stand now, of the time in which that person was in the conversation, and behind what the device has.
 */
import type { Engine } from '@polynya/mls/engine';
import { MlsError } from '@polynya/mls/mls-error';
import { equal, fromHex, toHex } from '@polynya/protocol/bytes';
import { encodeCbor } from '@polynya/protocol/cbor';
import {
  content as contentCodec,
  decodeMessage,
  type KnownContent,
  type MissedMessage,
} from '@polynya/protocol/content';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { ChatId, PersonId } from '../api.ts';
import { isWritten } from '../conversation/contents.ts';
import { devicesOf, type Leaf } from '../conversation/roster.ts';
import type { ConversationState } from '../conversation/state.ts';
import { personId } from '../identity/person.ts';
import type { Handover } from '../invite/handover.ts';
import type { Store } from '../store/store.ts';
import { standingVotes } from '../timeline/amendment.ts';
import type { Arrived } from '../timeline/arrived.ts';
import { contentOf } from '../timeline/incoming.ts';
import { comerIn, counts, keys, row as rowCodec } from '../timeline/row.ts';
import { decode } from '../timeline/stored.ts';

/** Of the newest; more is not looked at. */
const MOST = 1_000;
const MOST_BYTES = 200_000;

/** For whom a handover lets in again; nothing for all others. */
export async function missedFor(
  store: Store,
  chat: ChatId,
  { base, cursor }: Pick<ConversationState, 'base' | 'cursor'>,
  { letter, missed: seq }: Handover,
  me: PersonId,
): Promise<MissedMessage[]> {
  if (!letter || seq === null) return [];
  const person = personId(letter.root);
  const missed = await missedBy(store, chat, person, { seq, base });
  if (person !== me) return missed;
  const reactions = await reactionsTo(store, chat, missed, base);
  const read = await readBy(store, chat, fromHex(me), { base, cursor });
  return [...missed, ...reactions, ...read].slice(-MOST);
}

/** For another device of this person, which believes this one. */
async function reactionsTo(
  store: Store,
  chat: ChatId,
  missed: readonly MissedMessage[],
  base: number,
): Promise<MissedMessage[]> {
  const given: MissedMessage[] = [];
  for (const { id: target, seq, at } of missed) {
    const stored = await store.get('timeline', keys.logged(chat, seq + base));
    const row = stored ? decode(rowCodec, stored) : null;
    if (row?.row !== 'message') continue;
    const tell = (person: PersonId, place: number, content: KnownContent) => {
      const [sender, id] = [fromHex(person), new Uint8Array(16)];
      given.push({ seq: Math.max(0, place - base), id, sender, at, content, evidence: null });
    };
    for (const { person, emoji, seq: place } of row.reactions) {
      tell(person, place, { kind: 'react', target, emoji });
    }
    const closed = row.poll?.closed ?? 0;
    for (const { person, options, seq: place } of row.poll ? standingVotes(row.poll) : []) {
      tell(person, place, { kind: 'vote', text: '', target, options });
    }
    if (closed > 0) tell(row.sender, closed, { kind: 'close', text: '', target });
    if (row.pin) tell(row.sender, row.pin.seq, { kind: 'pin', text: '', target, on: row.pin.on });
  }
  return given;
}

/** How far this person has read: for another device of theirs. */
async function readBy(
  store: Store,
  chat: ChatId,
  sender: Uint8Array,
  { base, cursor: seq }: { readonly base: number; readonly cursor: number },
): Promise<MissedMessage[]> {
  const stored = await store.get('timeline', keys.counts(chat));
  const mark = Math.max(0, (stored ? decode(counts, stored).mark : 0) - base);
  const content = { kind: 'receipt' as const, delivered: mark, read: mark };
  return [{ seq, id: new Uint8Array(16), sender, at: 0, content, evidence: null }];
}

/** @param seq the last entry that the device has, in this log; `base` as of the conversation */
export async function missedBy(
  store: Store,
  chat: ChatId,
  person: PersonId,
  { seq, base }: { readonly seq: number; readonly base: number },
): Promise<MissedMessage[]> {
  const range = keys.between(chat, seq + base + 1, Number.MAX_SAFE_INTEGER);
  const rows = await store.range('timeline', { ...range, limit: MOST, reverse: true });
  const missed: MissedMessage[] = [];
  let bytes = 0;
  for (const [, value] of rows) {
    const row = decode(rowCodec, value);
    if (comerIn(row) === person) break;
    if (row.row !== 'message' || row.deleted) continue;
    const evidence = (await store.get('timeline', keys.evidence(chat, row.id))) ?? null;
    bytes += value.length + (evidence?.length ?? 0);
    if (bytes > MOST_BYTES) continue;
    missed.push({
      seq: (row.seq ?? 0) - base,
      id: fromHex(row.id),
      sender: fromHex(row.sender),
      at: Math.floor(row.at / 1_000),
      content: contentOf(row),
      evidence,
    });
  }
  return missed.reverse();
}

export interface Resent {
  readonly chat: ChatId;
  readonly base: number;
  readonly me: PersonId;
  /** Who sent it again. */
  readonly by: PersonId;
  /** seqs in the log: what this device had already, and where it was let in again. */
  readonly after: number;
  readonly upTo: number;
  readonly log: Uint8Array;
  readonly engine: Pick<Engine, 'verifyEvidence'>;
  /** The devices that stood in the conversation, then or now. */
  readonly leaves: readonly Leaf[];
}

/**
 * As the timeline takes them in. They fill the gap and touch nothing else: an edit or deletion among them would
 * change what is here in another's name. What no signature shows to be so is marked as sent again.
 */
export async function asArrived(
  missed: readonly MissedMessage[],
  around: Resent,
): Promise<Arrived[]> {
  const { chat, base, me, by: relayedBy, after, upTo } = around;
  const filling = missed.filter(
    ({ seq, content }) => seq > after && seq <= upTo && isWritten(content),
  );
  const arrived: Arrived[] = [];
  for (const message of filling) {
    const { seq, id, at, content, evidence } = message;
    const sender = toHex(message.sender);
    const said = {
      chat,
      seq: seq + base,
      id: toHex(id),
      sender,
      mine: sender === me,
      at: at * 1_000,
      since: at * 1_000,
    };
    const shown = await isProven(message, around);
    const proof = shown && evidence ? { evidence } : {};
    arrived.push({ ...said, content, ...proof, ...(!shown && { relayedBy }) });
  }
  return arrived;
}

/** Whoever sends again what they said themselves need not show more. */
async function isProven(
  { id, sender, content, evidence }: MissedMessage,
  { by, log, engine, leaves }: Resent,
): Promise<boolean> {
  const person = toHex(sender);
  if (person === by) return true;
  if (!evidence) return false;
  for (const { signatureKey } of devicesOf(leaves, person)) {
    try {
      const said = await engine.verifyEvidence(signatureKey, evidence);
      const { body } = decodeMessage(said.plaintext);
      if (!equal(said.groupId, log) || !equal(said.authenticatedData, id)) continue;
      if (body.kind !== 'unknown' && equal(encoded(body), encoded(content))) return true;
    } catch (error) {
      if (!(error instanceof MlsError) && !(error instanceof ProtocolError)) throw error;
    }
  }
  return false;
}

function encoded(content: KnownContent): Uint8Array {
  return encodeCbor(contentCodec.encode(content));
}
