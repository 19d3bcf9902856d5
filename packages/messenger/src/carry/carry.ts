/**
 * Messages carried past the server: what it does not have yet leaves as a bundle, and what others carried is shown
 * before the log has it (docs/protocol.md section 10). The log stays the only order: whatever came this way takes
 * its place there as soon as the log brings it.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { fromHex, toHex } from '@polynya/protocol/bytes';
import {
  decodeNote,
  decodeParcel,
  encodeNote,
  encodeParcel,
  type Note,
} from '@polynya/protocol/carried';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { content as contentCodec } from '@polynya/protocol/content';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { bool, bytes, struct } from '@polynya/protocol/schema';
import type { ChatId, MessageId, PersonId } from '../api.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { OutboxRow } from '../conversation/outbox.ts';
import { idOf } from '../conversation/people.ts';
import type { Device } from '../device.ts';
import type { Change } from '../store/store.ts';
import { Draft } from '../timeline/draft.ts';
import { contentOf, messageRow } from '../timeline/incoming.ts';
import { comerIn, counts, row as rowCodec, keys as timelineKeys } from '../timeline/row.ts';
import { decode } from '../timeline/stored.ts';
import { openBundle, sealBundle } from './bundle.ts';
import { CarryError } from './carry-error.ts';
import { carriedChats, keysOf } from './keys.ts';
import { arrivedFrom, isMessage, noteOf, readNote } from './note.ts';

/** Notes of one chat that leave at once, or are kept: bytes of them all. */
const MOST_BYTES = 900_000;
const MOST_NOTES = 500;
/** Rows looked through for own messages that somebody may not have yet. */
const UNHEARD = 50;
/** ms by which an author's clock may be ahead of ours. */
const CLOCKS_DIFFER = 5 * 60_000;

/** A note of somebody else, until the log has its message. */
const keptCodec = struct({ note: bytes(1, 80_000), handedIn: bool });
interface Kept {
  readonly id: MessageId;
  readonly note: Note;
  readonly handedIn: boolean;
}

/** What a bundle held for us. */
export interface Taken {
  readonly messages: number;
  /** Those that were not here yet. */
  readonly fresh: readonly { readonly chat: ChatId; readonly id: MessageId }[];
  /** How many no member whom this device knows has signed. */
  readonly strange: number;
}

export class Carry {
  readonly #device: Device;

  constructor(device: Device) {
    this.#device = device;
  }

  /** As `notes`, of all chats, for everybody in them. @throws StoreError */
  async out(): Promise<{ readonly file: Uint8Array; readonly messages: number }> {
    const parcels = [];
    let messages = 0;
    for (const conversation of carriedChats(this.#device)) {
      const notes = await this.notes(conversation);
      messages += notes.length;
      notes.push(...(await this.records(conversation)));
      if (notes.length === 0) continue;
      const { sealing } = await keysOf(this.#device.ports, conversation);
      parcels.push({ keys: sealing, plain: encodeParcel(notes) });
    }
    return { file: await sealBundle(parcels, this.#device.ports.random), messages };
  }

  /** Takes in what somebody carried here; the same again changes nothing. @throws CarryError, StoreError */
  async in(file: Uint8Array): Promise<Taken> {
    const keys = await Promise.all(
      carriedChats(this.#device).map(async (of) => {
        const { opening } = await keysOf(this.#device.ports, of);
        return opening.map((key) => ({ key, of }));
      }),
    );
    const taken = { messages: 0, fresh: [] as Taken['fresh'][number][], strange: 0 };
    for (const { of, plain } of await openBundle(file, keys.flat())) {
      const notes = parcelIn(plain);
      const { fresh, strange, records } = await this.take(of, notes);
      taken.messages += notes.length - records;
      taken.fresh.push(...fresh.map((id) => ({ chat: of.chat, id })));
      taken.strange += strange;
    }
    return taken;
  }

  /** Puts into the log what others wrote and it does not have. @returns how much that is @throws StoreError */
  async handIn(): Promise<number> {
    let count = 0;
    for (const conversation of carriedChats(this.#device)) {
      if (!conversation.caughtUp) continue;
      for (const kept of await this.#kept(conversation.chat)) {
        if (kept.handedIn) continue;
        await this.#handIn(conversation, kept);
        count++;
      }
    }
    return count;
  }

  /**
   * Of one chat: own messages that the log has and perhaps not everybody, own ones that wait for it, and those of
   * others that it does not have.
   * @param known those that are not wanted
   */
  async notes(
    conversation: Conversation,
    known: ReadonlySet<MessageId> = new Set(),
  ): Promise<Note[]> {
    const { held, outbox, chat } = conversation;
    const rows = (await outbox.first(MOST_NOTES)).filter(({ id }) => !known.has(toHex(id)));
    const unheard = (await this.#unheard(conversation)).filter(({ id }) => !known.has(toHex(id)));
    const noted = (row: OutboxRow) => noteOf(this.#device.self, held, row);
    const own = await Promise.all(rows.map(noted));
    const logged = await Promise.all(unheard.map(noted));
    const others = (await this.#kept(chat)).flatMap(({ id, note }) =>
      known.has(id) ? [] : [note],
    );
    let left = MOST_BYTES;
    return [...logged, ...own, ...others].flatMap((note) => {
      left -= note ? note.message.length + 256 : 0;
      return note && left >= 0 ? [note] : [];
    });
  }

  /**
   * What this device was told of the endpoints of servers that concern a chat, for who cannot ask.
   * @param known those that are not wanted
   */
  async records(
    conversation: Conversation,
    known: ReadonlySet<MessageId> = new Set(),
  ): Promise<Note[]> {
    const { ports, self } = this.#device;
    const notes: Note[] = [];
    const { recordsFor } = await import('../line/handing-on.ts');
    for (const record of await recordsFor(this.#device, conversation)) {
      // The same for the same record: it is told to each device once.
      const id = sha256(record).slice(0, 16);
      if (known.has(toHex(id))) continue;
      const content = encodeCbor(contentCodec.encode({ kind: 'record', text: '', record }));
      const row = { key: '', id, at: ports.clock.now(), content };
      const note = await noteOf(self, conversation.held, row);
      if (note) notes.push(note);
    }
    return notes;
  }

  /** Shows what was not here yet. @throws StoreError */
  async take(
    conversation: Conversation,
    notes: readonly Note[],
  ): Promise<{
    readonly fresh: readonly MessageId[];
    readonly strange: number;
    readonly records: number;
  }> {
    const { chat, held } = conversation;
    const { ports, timeline, changes, blocked, self } = this.#device;
    const { store, clock } = ports;
    const room = MOST_NOTES - (await this.#kept(chat)).length;
    const fresh: MessageId[] = [];
    let strange = 0;
    const records: Uint8Array[] = [];
    await timeline.locked(chat, async () => {
      const draft = new Draft(store, chat);
      const kept: Change[] = [];
      for (const note of notes) {
        const id = toHex(note.id);
        if (fresh.length >= room || (await draft.index(id))) continue;
        const read = await readNote(note, held);
        if (!read) strange++;
        if (!read || blocked.has(read.author.person)) continue;
        if (!isMessage(read)) {
          if (read.content.kind === 'record') records.push(read.content.record);
          continue;
        }
        const latest = clock.now() + CLOCKS_DIFFER;
        const around = { chat, me: self.person, id, seq: 0, latest };
        const row = messageRow({ ...arrivedFrom(read, around), seq: null });
        if (!row) continue;
        const counts = await draft.counts();
        const key = timelineKeys.queued(chat, counts.next);
        draft.putCounts({ ...counts, next: counts.next + 1 });
        draft.putIndex(id, { is: 'row', key });
        draft.putRow(key, row);
        kept.push(keptAs(chat, { id, note, handedIn: false }));
        fresh.push(id);
      }
      if (fresh.length > 0) await store.apply([...draft.changes(), ...kept]);
    });
    if (fresh.length > 0) changes.touchChat(chat);
    const { takeRecord } = await import('../line/handing-on.ts');
    for (const record of records) await takeRecord(this.#device, chat, record);
    return { fresh, strange, records: records.length };
  }

  /** The newest own messages that the log has, and not everybody has said to have. */
  async #unheard({ chat, held }: Conversation): Promise<OutboxRow[]> {
    const { ports, self } = this.#device;
    const stored = await ports.store.get('timeline', timelineKeys.counts(chat));
    const receipts = stored ? decode(counts, stored).receipts : [];
    const here = held.state.people.filter((person) => person.here).map(idOf);
    const others = here.filter((person) => person !== self.person);
    const has = (person: PersonId) =>
      receipts.find((receipt) => receipt.person === person)?.delivered ?? 0;
    const least = Math.min(...others.map(has));
    if (!Number.isFinite(least)) return [];
    const range = timelineKeys.between(chat, least + 1, Number.MAX_SAFE_INTEGER);
    const rows = await ports.store.range('timeline', { ...range, limit: UNHEARD, reverse: true });
    const found: OutboxRow[] = [];
    for (const [key, value] of rows) {
      const row = decode(rowCodec, value);
      // Nothing says what is meant for whom: what was written before one of them came goes to none.
      const comer = comerIn(row);
      if (comer && others.includes(comer)) break;
      if (row.row !== 'message' || !row.mine || row.deleted) continue;
      const content = encodeCbor(contentCodec.encode(contentOf(row)));
      found.push({ key, id: fromHex(row.id), at: row.at, content });
    }
    return found.reverse();
  }

  /** Others' notes whose messages the log does not have yet; what it has is forgotten. */
  async #kept(chat: ChatId): Promise<Kept[]> {
    const { ports, timeline } = this.#device;
    const prefix = `carried/${chat}/`;
    const rows = await ports.store.range('entry', { from: prefix, to: `carried/${chat}0` });
    const gone: Change[] = [];
    const kept: Kept[] = [];
    for (const [key, value] of rows) {
      const id = key.slice(prefix.length);
      const shown = await timeline.message(chat, id);
      const { note, handedIn } = keptCodec.decode(decodeCbor(value));
      if (shown?.seq === null) kept.push({ id, note: decodeNote(note), handedIn });
      else gone.push({ table: 'entry', key, value: null });
    }
    if (gone.length > 0) await ports.store.apply(gone);
    return kept;
  }

  async #handIn(conversation: Conversation, { id, note }: Kept): Promise<void> {
    const { chat, held } = conversation;
    const read = await readNote(note, held);
    if (!read || !isMessage(read)) return;
    const { content } = read;
    const text = (content.kind === 'text' ? content.text : content.caption).slice(0, 200);
    await conversation.queue({
      kind: 'carried',
      text: text.toWellFormed(),
      note: encodeNote(note),
    });
    await this.#device.ports.store.apply([keptAs(chat, { id, note, handedIn: true })]);
  }
}

function keptAs(chat: ChatId, { id, note, handedIn }: Kept): Change {
  const value = encodeCbor(keptCodec.encode({ note: encodeNote(note), handedIn }));
  return { table: 'entry', key: `carried/${chat}/${id}`, value };
}

function parcelIn(plain: Uint8Array): Note[] {
  try {
    return decodeParcel(plain);
  } catch (cause) {
    throw cause instanceof ProtocolError ? new CarryError('damaged', cause) : cause;
  }
}
