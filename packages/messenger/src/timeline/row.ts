/**
 * How the timeline lies in the Store: one row per message or event, an index from ids to rows, one
 * record of counts per chat. Keys are made so that a page is one reverse range: rows of the log by
 * seq, then own unsent ones in the order typed.
 */
import { fileRef } from '@polynya/protocol/content';
import {
  bool,
  grown,
  type Infer,
  list,
  optional,
  struct,
  text,
  uint,
  variants,
} from '@polynya/protocol/schema';
import type { ChatId, MessageId, PersonId } from '../api.ts';
import { loggedAmendment, pendingAmendment } from './amendment.ts';
import type { Happened } from './arrived.ts';
import { choice, problemCode } from './stored.ts';

const id = text(32);
const title = text(128);

const message = {
  id,
  /** null: not in the log yet. */
  seq: optional(uint()),
  sender: id,
  mine: bool,
  at: uint(),
  text: text(16_000),
  reply: optional(id),
  mentions: list(id, 64),
  file: optional(fileRef),
  /** seq of the edit that stands; 0: as first sent. */
  edited: uint(),
  deleted: bool,
  /** By seq; one per person, '' where it was taken back. */
  reactions: list(struct({ person: id, emoji: text(32), seq: uint() }), 4_096),
  pending: list(pendingAmendment, 256),
  /** Of an own message that the log does not have yet. */
  state: optional(choice('waiting', 'sending', 'failed')),
  problem: optional(problemCode),
  /** By whom it was sent again after this device missed it: it is as they say. */
  relayedBy: optional(id),
  /** Seconds that this device keeps it; 0: for ever. */
  after: uint(),
  /** ms: when it goes. */
  expires: optional(uint()),
  forwarded: bool,
  poll: optional(
    struct({
      options: list(text(100), 12),
      several: bool,
      /** seq of the entry that closed it; 0: open. */
      closed: uint(),
      /** By seq, the newest few of each person (amendment.ts); none chosen where a vote was taken back. */
      votes: list(struct({ person: id, options: list(uint(), 12), seq: uint() }), 4_096),
    }),
  ),
  /** Nobody is to be called by it. */
  silent: bool,
  /** ms: when it was to be said, if that was before it was. */
  planned: optional(uint()),
  /** What was said last of keeping it at the top of the chat; null: nothing. */
  pin: optional(struct({ seq: uint(), on: bool })),
} as const;

const event = variants('event', {
  created: [0, {}],
  joined: [1, { person: id, by: optional(id) }],
  added: [2, { person: id, by: id }],
  left: [3, { person: id }],
  removed: [4, { person: id, by: id }],
  renamed: [5, { title, by: id }],
  admin: [6, { person: id, on: bool, by: id }],
  lost: [7, { count: uint() }],
  refounded: [8, { without: text(32) }],
  unreached: [9, { person: id }],
  resent: [10, { by: id }],
  given: [11, {}],
  timer: [12, { after: uint(), by: id }],
  pinned: [13, { by: id }],
});

const rows = variants('row', {
  message: [0, message],
  event: [1, { id: text(64), seq: uint(), at: uint(), event }],
});
const FIELDS = 1 + Object.keys(message).length;
const oldest = grown(rows, FIELDS, 0, null, false, null, false, null, null);
const older = grown(oldest, FIELDS, false, null, null);
export const row = grown(older, FIELDS, null);
export type Row = Infer<typeof row>;
export type MessageRow = Extract<Row, { row: 'message' }>;
export type EventRow = Extract<Row, { row: 'event' }>;

/** What an id names: a message, by the key of its row, or an own pending amendment, by its target. */
export const indexed = variants('is', {
  row: [0, { key: text(128) }],
  amendment: [1, { target: id }],
});
export type Indexed = Infer<typeof indexed>;

export const counts = struct({
  /** Everything of the log up to here was read by this person. */
  mark: uint(),
  /** The highest seq met. */
  top: uint(),
  /** Others' messages beyond the mark, deleted ones left out. */
  unread: uint(),
  /** seqs of those among them that mention this person, the newest few, ascending. */
  mentions: list(uint(), 64),
  /** What the other people said they have, and have read; the highest of each. */
  receipts: list(struct({ person: id, delivered: uint(), read: uint() }), 4_096),
  /** Place of the next own message. */
  next: uint(),
  /** Messages that amendments were set aside for, the oldest first. */
  aside: list(id, 256),
});
export type Counts = Infer<typeof counts>;
export const NO_COUNTS: Counts = {
  mark: 0,
  top: 0,
  unread: 0,
  mentions: [],
  receipts: [],
  next: 0,
  aside: [],
};

/** What a message said, version by version; the first has seq 0. */
export const versions = list(struct({ seq: uint(), at: uint(), text: text(16_000) }), 64);
/** How far somebody had read by when, the oldest first. */
export const reads = list(struct({ read: uint(), at: uint() }), 128);

/** Amendments that came before their target. */
export const asideList = list(loggedAmendment, 64);

export const keys = {
  logged: (chat: ChatId, seq: number) => `${chat}/m/${pad(seq)}`,
  /** One entry may do several things, so the event is part of the key: told twice, it is there once. */
  event: (chat: ChatId, happened: Happened) => `${chat}/m/${eventId(happened)}`,
  queued: (chat: ChatId, place: number) => `${chat}/q/${pad(place)}`,
  /** All rows. */
  rows: (chat: ChatId) => ({ from: `${chat}/m/`, to: `${chat}/q0` }),
  /** Rows of the log from one seq up to, not including, another. */
  between: (chat: ChatId, from: number, to: number) => ({
    from: `${chat}/m/${pad(from)}`,
    to: `${chat}/m/${pad(to)}`,
  }),
  index: (chat: ChatId, message: MessageId) => `${chat}/i/${message}`,
  aside: (chat: ChatId, target: MessageId) => `${chat}/a/${target}`,
  /** What a message said before it was edited, and since. */
  history: (chat: ChatId, message: MessageId) => `${chat}/h/${message}`,
  /** When somebody said that they had read how far. */
  reads: (chat: ChatId, person: PersonId) => `${chat}/r/${person}`,
  /** Of a message that is pinned, by when it was: the seqs of that, of the edit that stands, and of the message. */
  pin: (chat: ChatId, pinned: number, edited: number, seq: number) =>
    `${chat}/t/${pad(pinned)}/${pad(edited)}/${pad(seq)}`,
  pins: (chat: ChatId) => ({ from: `${chat}/t/`, to: `${chat}/t0` }),
  /** Whatever goes by itself, by when it does. */
  expiry: (at: number, row: string) => `${pad(at)}/${row}`,
  /** Of a message of another's that stands as it was said. */
  evidence: (chat: ChatId, message: MessageId) => `${chat}/e/${message}`,
  counts: (chat: ChatId) => `${chat}/c`,
  everything: (chat: ChatId) => ({ from: `${chat}/`, to: `${chat}0` }),
} as const;

/** An id for the view, unlike any message's. */
export function eventId({ seq, event }: Happened): string {
  return `${pad(seq)}.${event.event}${'person' in event ? `.${event.person.slice(0, 32)}` : ''}`;
}

/** Who came there. What was said before that is not for them, whatever they claim to have had, or not to have. */
export function comerIn(row: Row): PersonId | null {
  if (row.row !== 'event') return null;
  const { event } = row;
  return event.event === 'joined' || event.event === 'added' ? event.person : null;
}

/** Enough digits for any safe integer. */
function pad(n: number): string {
  return String(n).padStart(16, '0');
}
