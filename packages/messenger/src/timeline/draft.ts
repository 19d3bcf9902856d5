/**
 * Changes to one chat's timeline in the making: reads see what was written before them, so that
 * several messages of one batch may touch the same row, and all of it is applied at once.
 */
import type { FileRef } from '@polynya/protocol/content';
import type { ChatId, MessageId } from '../api.ts';
import { dropWanted } from '../files/drop-record.ts';
import { eraseFile, fileKeys, fileRecord, pieceCount } from '../files/file-record.ts';
import { unlisted } from '../queries/list-record.ts';
import { dirtied } from '../search/keys.ts';
import type { Change, Range, Reads, Table } from '../store/store.ts';
import { pinOf } from './pins.ts';
import {
  type Counts,
  counts,
  type Indexed,
  indexed,
  keys,
  type MessageRow,
  NO_COUNTS,
  type Row,
  row,
} from './row.ts';
import { decode, encode } from './stored.ts';

export class Draft {
  readonly chat: ChatId;
  /** ms */
  readonly now: number;
  readonly #store: Reads;
  readonly #written = new Map<string, Change>();
  #counts: Counts | null = null;

  constructor(store: Reads, chat: ChatId, now = 0) {
    this.#store = store;
    this.chat = chat;
    this.now = now;
  }

  async get(table: Table, key: string): Promise<Uint8Array | undefined> {
    const written = this.#written.get(`${table} ${key}`);
    return written ? (written.value ?? undefined) : this.#store.get(table, key);
  }

  put(table: Table, key: string, value: Uint8Array | null): void {
    this.#written.set(`${table} ${key}`, { table, key, value });
    const dirty = table === 'timeline' ? dirtied(key) : null;
    if (dirty) this.#written.set(dirty.key, dirty);
  }

  async row(key: string): Promise<Row | undefined> {
    const stored = await this.get('timeline', key);
    return stored && decode(row, stored);
  }

  /** The rows in a range, what was drafted among them; in no order. */
  async rows({ from = '', to = '\uffff' }: Range): Promise<Row[]> {
    const found = new Map<string, Uint8Array | null>(
      await this.#store.range('timeline', { from, to }),
    );
    for (const { table, key, value } of this.#written.values()) {
      if (table === 'timeline' && key >= from && key < to) found.set(key, value);
    }
    return [...found.values()].flatMap((value) => (value ? [decode(row, value)] : []));
  }

  /** @param before what stood there, where it may have been pinned */
  putRow(key: string, value: Row, before?: MessageRow): void {
    this.put('timeline', key, encode(row, value));
    if (value.row === 'message') this.movePin(before, value);
  }

  /** The list of what is pinned follows its rows (pins.ts). */
  movePin(before?: MessageRow, after?: MessageRow): void {
    const [from, to] = [before, after].map((one) => one && pinOf(this.chat, one));
    if (from === to) return;
    if (from) this.put('timeline', from, null);
    if (to) this.put('timeline', to, new Uint8Array());
  }

  async index(id: MessageId): Promise<Indexed | undefined> {
    const stored = await this.get('timeline', keys.index(this.chat, id));
    return stored && decode(indexed, stored);
  }

  putIndex(id: MessageId, value: Indexed | null): void {
    this.put('timeline', keys.index(this.chat, id), value && encode(indexed, value));
  }

  async counts(): Promise<Counts> {
    const stored = this.#counts ? undefined : await this.get('timeline', keys.counts(this.chat));
    this.#counts ??= stored ? decode(counts, stored) : NO_COUNTS;
    return this.#counts;
  }

  putCounts(value: Counts): void {
    if (value === this.#counts) return;
    this.#counts = value;
    this.put('timeline', keys.counts(this.chat), encode(counts, value));
  }

  /** Takes a message's file off this device, if anything of it is here, and an own one off the server too. */
  async eraseFile(id: MessageId, ref: FileRef): Promise<void> {
    const stored = await this.get('file', fileKeys.record(this.chat, id));
    if (!stored) return;
    const { direction, state, content, drop } = decode(fileRecord, stored);
    const changes = eraseFile(this.chat, id, pieceCount(ref) ?? 0);
    const mayBeThere = direction === 'up' && (content !== null || state === 'here');
    if (mayBeThere) changes.push(dropWanted(this.chat, id, ref.blob, drop));
    for (const { table, key, value } of changes) this.put(table, key, value);
  }

  /** What the list of chats keeps at rest goes with what was said, lest it outlive it there. */
  unlist(): void {
    const { table, key, value } = unlisted(this.chat);
    this.put(table, key, value);
  }

  /** Takes what is kept of a message beside its row. */
  forgetPast(id: MessageId): void {
    this.unlist();
    this.put('timeline', keys.evidence(this.chat, id), null);
    this.put('timeline', keys.history(this.chat, id), null);
  }

  /** In no particular order: no key is written twice. */
  changes(): Change[] {
    return [...this.#written.values()];
  }
}
