/** Rows as a person sees them: names, reactions, quotes, states, resolved when the page is asked for. */

import type { FileRef } from '@polynya/protocol/content';
import type {
  ChatId,
  ChatSummary,
  FileView,
  MessageId,
  MessagePage,
  MessageView,
  PersonId,
  SendState,
} from '../api.ts';
import { bytesDone, type FileRecord, fileKeys, fileRecord } from '../files/file-record.ts';
import { excerptName, shownAs } from '../files/shown-as.ts';
import { isSmallPicture } from '../files/small-picture.ts';
import { called, shownName } from '../identity/shown-name.ts';
import type { ChatEvent } from '../message-parts.ts';
import type { Reads } from '../store/store.ts';
import { standingVotes, withPending } from './amendment.ts';
import {
  type Counts,
  type EventRow,
  indexed,
  keys,
  type MessageRow,
  type Row,
  row,
} from './row.ts';
import { decode } from './stored.ts';

/** Where a page is read. */
export interface Source extends Reads {
  /** As `decode`, of what may have been decoded before. */
  readonly decode?: typeof decode;
}

/** What a page needs to know that the timeline does not hold. */
export interface PageView {
  readonly names: (person: PersonId) => string;
  /** Where another person of the chat has a name like theirs. */
  readonly tag: (person: PersonId) => string | null;
  /** The present members but this person: all must have a message for it to be `delivered` or `read`. */
  readonly others: readonly PersonId[];
}

export interface TimelineSummary {
  readonly last: ChatSummary['last'];
  /** It goes by itself. */
  readonly passing: boolean;
  readonly unread: number;
  readonly mentioned: boolean;
  /** ms: of the last message, or of the last event where there is no message near; 0 for an empty chat. */
  readonly at: number;
}

/** Letters of a quote. */
const EXCERPT = 120;
/** Rows looked at for what was said to an album, which has at most ten. */
const ALBUM = 16;
/** Rows looked at for the last message, among events: so many, then more. */
const LOOK_BACK = [1, 32, 256, 2048];

/** Reads one chat for one view. */
export class PageReader {
  readonly #store: Source;
  readonly #decode: typeof decode;
  readonly #chat: ChatId;
  readonly #counts: Counts;
  readonly #view: PageView;
  readonly #me: PersonId;
  readonly #reached: { readonly delivered: number; readonly read: number };

  constructor(store: Source, chat: ChatId, counts: Counts, view: PageView, me: PersonId) {
    this.#store = store;
    this.#decode = store.decode ?? decode;
    this.#chat = chat;
    this.#counts = counts;
    this.#view = view;
    this.#me = me;
    this.#reached = reachedByAll(counts, view.others);
  }

  async page(
    limit: number,
    firstUnread: number | null,
    upTo = Number.MAX_SAFE_INTEGER,
  ): Promise<MessagePage> {
    const newer = upTo < this.#counts.top;
    const to = newer ? { to: keys.logged(this.#chat, upTo + 1) } : {};
    const rows = await this.#newest(Math.max(1, limit) + 1, to);
    const more = rows.length > Math.max(1, limit);
    const shown = more ? rows.slice(0, -1) : rows;
    const near = new Map<MessageId, MessageRow>();
    for (const one of shown) if (one.row === 'message') near.set(one.id, one);
    const messages = await Promise.all(
      shown
        .reverse()
        .map((one) => (one.row === 'event' ? this.#event(one) : this.#message(one, near))),
    );
    return { messages, more, newer, firstUnread };
  }

  async summary(): Promise<TimelineSummary> {
    let rows: Row[] = [];
    let last: MessageRow | undefined;
    for (const most of LOOK_BACK) {
      rows = await this.#newest(most);
      last = rows.find((one) => one.row === 'message');
      if (last || rows.length < most) break;
    }
    if (last) last = await this.#speaking(last);
    const { unread, mentions } = this.#counts;
    return {
      last: last
        ? {
            sender: this.#called(last.sender),
            mine: last.mine,
            text: excerptOf(last),
            at: last.at,
            state: this.#stateOf(last),
            silent: last.silent,
          }
        : null,
      passing: last !== undefined && last.after > 0,
      unread,
      mentioned: mentions.length > 0,
      at: last?.at ?? rows[0]?.at ?? 0,
    };
  }

  /** Of an album the one with what was said to it; any other message itself. */
  async #speaking(last: MessageRow): Promise<MessageRow> {
    const albumOf = ({ file }: MessageRow) => (file && shownAs(file).album?.id) ?? null;
    const album = withPending(last).text === '' ? albumOf(last) : null;
    if (album === null) return last;
    const near = await this.#newest(ALBUM);
    const all = near.filter((one) => one.row === 'message');
    const said = all.find(
      (one) => albumOf(one) === album && one.sender === last.sender && withPending(one).text !== '',
    );
    // What was said may go by itself where the last picture stays.
    const after = Math.max(last.after, said?.after ?? 0);
    return said ? { ...last, text: withPending(said).text, after } : last;
  }

  async #newest(limit: number, upTo: { readonly to?: string } = {}): Promise<Row[]> {
    const range = { ...keys.rows(this.#chat), ...upTo, limit, reverse: true };
    return (await this.#store.range('timeline', range)).map(([, value]) =>
      this.#decode(row, value),
    );
  }

  async #message(
    stored: MessageRow,
    near: ReadonlyMap<MessageId, MessageRow>,
  ): Promise<MessageView> {
    const { names, tag } = this.#view;
    const message = withPending(stored);
    const record = message.file && (await this.#record(message.id));
    return {
      id: message.id,
      seq: message.seq,
      sender: message.sender,
      name: names(message.sender),
      tag: tag(message.sender),
      mine: message.mine,
      at: message.at,
      text: message.text,
      edited: message.edited > 0,
      deleted: message.deleted,
      pinned: message.pin?.on ?? false,
      reply: message.reply && !message.deleted ? await this.#quote(message.reply, near) : null,
      mentions: message.mentions,
      reactions: this.#reactions(message),
      file: message.file && fileView(message.file, record),
      event: null,
      state: this.#stateOf(message),
      problem: message.problem ?? record?.problem ?? null,
      undone: stored.pending.findLast(({ failed }) => failed)?.amendment.kind ?? null,
      relayedBy: message.relayedBy && names(message.relayedBy),
      forwarded: message.forwarded,
      silent: message.silent,
      planned: message.planned,
      after: message.after,
      expires: message.expires,
      poll: this.#poll(message),
    };
  }

  #event({ id, seq, at, event }: EventRow): MessageView {
    const person = 'person' in event ? event.person : 'by' in event ? event.by : '';
    return {
      id,
      seq,
      sender: person,
      name: person && this.#view.names(person),
      tag: person ? this.#view.tag(person) : null,
      mine: false,
      at,
      text: '',
      edited: false,
      deleted: false,
      pinned: false,
      reply: null,
      mentions: [],
      reactions: [],
      file: null,
      event: this.#named(event),
      state: null,
      problem: null,
      undone: null,
      relayedBy: null,
      forwarded: false,
      silent: false,
      planned: null,
      after: 0,
      expires: null,
      poll: null,
    };
  }

  /** An event with names in place of person ids. */
  #named(event: ChatEvent): ChatEvent {
    const names = (person: PersonId) => this.#called(person);
    switch (event.event) {
      case 'created':
      case 'lost':
      case 'given':
        return event;
      case 'joined':
        return { ...event, person: names(event.person), by: event.by && names(event.by) };
      case 'refounded':
        return { ...event, without: event.without && names(event.without) };
      case 'left':
      case 'unreached':
        return { ...event, person: names(event.person) };
      case 'pinned':
      case 'resent':
      case 'timer':
        return { ...event, by: names(event.by) };
      case 'renamed':
        return { ...event, title: shownName(event.title), by: names(event.by) };
      default:
        return { ...event, person: names(event.person), by: names(event.by) };
    }
  }

  /** The text is '' when the quoted message was deleted, the name too when it is not on this device. */
  async #quote(
    id: MessageId,
    near: ReadonlyMap<MessageId, MessageRow>,
  ): Promise<NonNullable<MessageView['reply']>> {
    const quoted = near.get(id) ?? (await this.#find(id));
    if (!quoted) return { id, name: '', text: '' };
    return { id, name: this.#called(quoted.sender), text: excerptOf(quoted) };
  }

  async #find(id: MessageId): Promise<MessageRow | null> {
    const stored = await this.#store.get('timeline', keys.index(this.#chat, id));
    const place = stored && this.#decode(indexed, stored);
    if (place?.is !== 'row') return null;
    const found = await this.#store.get('timeline', place.key);
    const quoted = found && this.#decode(row, found);
    return quoted?.row === 'message' ? quoted : null;
  }

  /** In the order in which each emoji was first given. */
  #reactions({ reactions }: MessageRow): MessageView['reactions'] {
    const byEmoji = new Map<string, { emoji: string; people: string[]; mine: boolean }>();
    for (const { emoji, person } of reactions) {
      if (emoji === '') continue;
      const group = byEmoji.get(emoji) ?? { emoji, people: [], mine: false };
      group.people.push(this.#called(person));
      group.mine ||= person === this.#me;
      byEmoji.set(emoji, group);
    }
    return [...byEmoji.values()];
  }

  #poll({ poll }: MessageRow): MessageView['poll'] {
    if (!poll) return null;
    const { options, several, closed } = poll;
    const votes = standingVotes(poll);
    return {
      options: options.map((text, at) => {
        const people = votes
          .filter((vote) => vote.options.includes(at))
          .map(({ person }) => person);
        return {
          text,
          people: people.map((person) => this.#called(person)),
          mine: people.includes(this.#me),
        };
      }),
      several,
      closed: closed > 0,
      voters: votes.filter((vote) => vote.options.length > 0).length,
    };
  }

  async #record(id: MessageId): Promise<FileRecord | null> {
    const stored = await this.#store.get('file', fileKeys.record(this.#chat, id));
    return stored ? this.#decode(fileRecord, stored) : null;
  }

  #called(person: PersonId): string {
    return called(this.#view.names(person), this.#view.tag(person));
  }

  #stateOf({ mine, seq, state }: MessageRow): SendState | null {
    if (!mine) return null;
    if (seq === null) return state ?? 'waiting';
    if (seq <= this.#reached.read) return 'read';
    return seq <= this.#reached.delivered ? 'delivered' : 'sent';
  }
}

/** A message's file, as far as it came by what its record says; null: not at all. */
export function fileView(ref: FileRef, record: FileRecord | null): FileView {
  const { name, size, width, height, duration } = ref;
  const thumb = ref.thumb && isSmallPicture(ref.thumb) ? ref.thumb : null;
  const state = record?.state ?? 'remote';
  const done = state === 'here' ? size : bytesDone(ref, record?.present ?? new Uint8Array());
  return {
    ...shownAs(ref),
    name: shownName(name),
    size,
    width,
    height,
    duration,
    thumb,
    heard: record?.heard ?? false,
    state,
    done,
  };
}

/** How far all of these people have come; 0 where nobody else is there. */
function reachedByAll(counts: Counts, others: readonly PersonId[]) {
  if (others.length === 0) return { delivered: 0, read: 0 };
  const receipts = new Map(counts.receipts.map((receipt) => [receipt.person, receipt]));
  const least = (which: 'delivered' | 'read') =>
    Math.min(...others.map((person) => receipts.get(person)?.[which] ?? 0));
  return { delivered: least('delivered'), read: least('read') };
}

function excerptOf(stored: MessageRow): string {
  const { text, file } = withPending(stored);
  // By code points: a letter is not cut in two.
  return [...(text || (file ? excerptName(file) : ''))].slice(0, EXCERPT).join('');
}
