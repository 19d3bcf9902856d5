/**
 * What was typed and not yet met in the log: rows of the store, in the order of typing. A row goes away in the
 * same batch that records its entry as met, so everything typed is sent once.
 */
import { equal, toHex } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { content as contentCodec, type KnownContent } from '@polynya/protocol/content';
import { LIMITS } from '@polynya/protocol/limits';
import { bytes, struct, uint } from '@polynya/protocol/schema';
import { type ChatId, type MessageId, Problem } from '../api.ts';
import type { Change, Store } from '../store/store.ts';

/** What a content may measure, so that its seal stays below LIMITS.entryBody. */
const LONGEST = 60_000;
const ASIDE = 'failed/';
const rowCodec = struct({ id: bytes(16), at: uint(), content: bytes(1, LIMITS.entryBody) });

export interface OutboxRow {
  readonly key: string;
  /** The id of the entry, and so of the message. */
  readonly id: Uint8Array;
  /** ms */
  readonly at: number;
  /** CBOR of the content. */
  readonly content: Uint8Array;
}

/** @throws Problem 'too-long' */
export function encodeContent(content: KnownContent): Uint8Array {
  let encoded: Uint8Array;
  try {
    encoded = encodeCbor(contentCodec.encode(content));
  } catch {
    throw new Problem('too-long');
  }
  if (encoded.length > LONGEST) throw new Problem('too-long');
  return encoded;
}

export class Outbox {
  readonly #store: Store;
  readonly #chat: ChatId;
  #next: Promise<number> | null = null;

  constructor(store: Store, chat: ChatId) {
    this.#store = store;
    this.#chat = chat;
  }

  /** The write that puts a content behind all others. Calls keep their order. */
  async push(item: Omit<OutboxRow, 'key'>): Promise<Change> {
    const number = this.#number();
    const key = `${this.#chat}/${String(await number).padStart(12, '0')}`;
    return { table: 'outbox', key, value: encodeRow(item) };
  }

  /** The oldest ones. */
  async first(limit: number): Promise<OutboxRow[]> {
    const rows = await this.#store.range('outbox', { ...within(this.#chat), limit });
    return rows.map(([key, value]) => ({ key, ...decodeRow(value) }));
  }

  /** Whether a content of this id waits. */
  async has(id: Uint8Array): Promise<boolean> {
    const rows = await this.#store.range('outbox', within(this.#chat));
    return rows.some(([, value]) => equal(decodeRow(value).id, id));
  }

  /** The writes that set a row aside as refused, until it is retried or discarded. */
  setAside(row: OutboxRow): Change[] {
    return [
      { table: 'outbox', key: row.key, value: null },
      { table: 'outbox', key: this.#asideKey(row.id), value: encodeRow(row) },
    ];
  }

  /** The writes that put a refused row at the end again. Empty if there is none. */
  async retry(id: Uint8Array): Promise<Change[]> {
    const key = this.#asideKey(id);
    const stored = await this.#store.get('outbox', key);
    if (!stored) return [];
    return [{ table: 'outbox', key, value: null }, await this.push(decodeRow(stored))];
  }

  /** The write that has a content sent anew, in its place, as another entry. */
  again({ key, at, content }: Omit<OutboxRow, 'id'>, id: Uint8Array): Change {
    return { table: 'outbox', key, value: encodeRow({ id, at, content }) };
  }

  /** The writes that drop a content, refused or waiting. */
  async discard(id: Uint8Array): Promise<Change[]> {
    const waiting = (await this.first(10_000)).filter((row) => equal(row.id, id));
    const keys = [this.#asideKey(id), ...waiting.map(({ key }) => key)];
    return keys.map((key) => ({ table: 'outbox', key, value: null }));
  }

  /** The writes that take out what the log has already. */
  async met(ids: readonly MessageId[]): Promise<Change[]> {
    if (ids.length === 0) return [];
    const rows = await this.#store.range('outbox', within(this.#chat));
    return rows
      .filter(([, value]) => ids.includes(toHex(decodeRow(value).id)))
      .map(([key]) => ({ table: 'outbox', key, value: null }));
  }

  async forget(): Promise<Change[]> {
    const places = [within(this.#chat), within(`${ASIDE}${this.#chat}`)];
    const rows = await Promise.all(places.map((place) => this.#store.range('outbox', place)));
    return rows.flat().map(([key]) => ({ table: 'outbox', key, value: null }));
  }

  #asideKey(id: Uint8Array): string {
    return `${ASIDE}${this.#chat}/${toHex(id)}`;
  }

  /** One after another, so that two calls at once get two numbers in the order of the calls. */
  #number(): Promise<number> {
    const previous = this.#next;
    this.#next = previous ? previous.then((n) => n + 1) : this.#lastNumber().then((n) => n + 1);
    return this.#next;
  }

  async #lastNumber(): Promise<number> {
    const last = await this.#store.range('outbox', {
      ...within(this.#chat),
      limit: 1,
      reverse: true,
    });
    return Number(last[0]?.[0].slice(this.#chat.length + 1) ?? 0);
  }
}

/** The chat of each content that waits to be sent, refused ones left out. @throws StoreError */
async function waiting(store: Store): Promise<ChatId[]> {
  const rows = await store.range('outbox');
  return rows.flatMap(([key]) => (key.startsWith(ASIDE) ? [] : key.slice(0, key.indexOf('/'))));
}

/** How much of all chats waits to be sent. @throws StoreError */
export async function countWaiting(store: Store): Promise<number> {
  return (await waiting(store)).length;
}

/** Those in which something waits to be sent. @throws StoreError */
export async function chatsWaiting(store: Store): Promise<ChatId[]> {
  return [...new Set(await waiting(store))];
}

function within(prefix: string): { from: string; to: string } {
  return { from: `${prefix}/`, to: `${prefix}0` };
}

function encodeRow({ id, at, content }: Omit<OutboxRow, 'key'>): Uint8Array {
  return encodeCbor(rowCodec.encode({ id, at, content }));
}

function decodeRow(stored: Uint8Array): Omit<OutboxRow, 'key'> {
  return rowCodec.decode(decodeCbor(stored));
}
