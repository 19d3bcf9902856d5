/**
 * Everything that was said on this device, found by words. The index lies sealed in the Store, a segment for each
 * block of messages, and is in memory only while somebody searches; blocks that changed are made anew from their rows.
 */
import { pause } from '@polynya/reach/clock';
import type { ChatId, PersonId } from '../api.ts';
import type { FoundView, SearchResult, SearchWanted } from '../chats-api.ts';
import type { Device } from '../device.ts';
import { shownAs } from '../files/shown-as.ts';
import type { Change } from '../store/store.ts';
import { fileView } from '../timeline/page.ts';
import { counts, keys, type MessageRow, row } from '../timeline/row.ts';
import { decode, encode } from '../timeline/stored.ts';
import { pageView } from '../views.ts';
import { inAlbumOrder } from './album-order.ts';
import { excerptAround } from './excerpt.ts';
import { blockKey, blockOf, DIRTY, SEGMENTS } from './keys.ts';
import {
  BLOCK,
  kindsOf,
  needsOf,
  placesOf,
  type Segment,
  saidIn,
  segment,
  segmentOf,
} from './segment.ts';
import { isFormOf, wordsOf } from './words.ts';

/** Segments read at once, and messages answered with: what two screens hold, read in one go while somebody types. */
const AT_ONCE = 32;
const ANSWERS = 32;
/** Blocks that a search waits for. */
const FEW = 4;
/** ms: the index leaves memory so long after the last search. */
const KEPT = 5 * 60_000;

interface Held {
  readonly chat: ChatId;
  readonly block: number;
  readonly times: Uint32Array;
  readonly lines: string;
  /** Seconds: of its newest message. */
  readonly last: number;
}

export class SearchIndex {
  readonly #device: Device;
  #held: Promise<Map<string, Held>> | null = null;
  /** The newest first. */
  #ordered: Held[] | null = null;
  #tending: Promise<void> | null = null;
  #release: () => void = () => undefined;

  constructor(device: Device) {
    this.#device = device;
  }

  /** Makes anew what changed, block by block. @throws StoreError */
  tend(): Promise<void> {
    this.#tending ??= this.#tend().finally(() => {
      this.#tending = null;
    });
    return this.#tending;
  }

  /** @throws StoreError */
  async search(wanted: SearchWanted): Promise<SearchResult> {
    const { clock, store, log } = this.#device.ports;
    this.#release();
    this.#release = clock.setTimeout(() => {
      this.#held = null;
      this.#ordered = null;
    }, KEPT);
    // What was said a moment ago is found; more than a moment's work goes on beside.
    const dirty = await store.range('search', { ...DIRTY, limit: FEW + 1 });
    if (dirty.length <= FEW) await this.tend();
    else this.tend().catch(() => log('the index waits'));
    const ordered = await this.#newestFirst();
    const words = wordsOf(wanted.text);
    const { chat, person, kind, from = 0, to = Number.MAX_SAFE_INTEGER, before } = wanted;
    const until = Math.min(to, before ?? to) / 1_000;
    const candidates: { at: number; chat: ChatId; seq: number }[] = [];
    if (words.length === 0 && person === undefined && kind === undefined) return NOTHING;
    const needs = needsOf({ words, person, kind });
    for (const held of ordered) {
      if (candidates.length > 2 * ANSWERS) {
        candidates.sort((a, b) => b.at - a.at);
        if ((candidates[2 * ANSWERS]?.at ?? 0) >= held.last) break;
      }
      if (held.last < from / 1_000 || (chat !== undefined && held.chat !== chat)) continue;
      for (const place of placesOf(held, needs)) {
        const at = held.times[place] ?? 0;
        if (at < Math.floor(from / 1_000) || at > until) continue;
        candidates.push({ at, chat: held.chat, seq: held.block * BLOCK + place });
      }
    }
    // Of one second, the last said first.
    candidates.sort((a, b) => b.at - a.at || b.seq - a.seq);
    return this.#answer(candidates, words, wanted);
  }

  /** The index may be a moment behind: what it names is looked at. */
  async #answer(
    candidates: readonly { readonly chat: ChatId; readonly seq: number }[],
    words: readonly string[],
    wanted: SearchWanted,
  ): Promise<SearchResult> {
    const { store } = this.#device.ports;
    const found: { readonly chat: ChatId; readonly known: MessageRow }[] = [];
    for (let at = 0; at < candidates.length && found.length < ANSWERS; at += AT_ONCE) {
      const rows = await Promise.all(
        candidates.slice(at, at + AT_ONCE).map(async ({ chat, seq }) => {
          const stored = await store.get('timeline', keys.logged(chat, seq));
          const known = stored ? decode(row, stored) : null;
          return known?.row === 'message' && fits(known, words, wanted) ? { chat, known } : null;
        }),
      );
      for (const one of rows) {
        if (!one || found.length === ANSWERS) continue;
        await this.#device.loading.ready(one.chat);
        if (this.#device.conversations.has(one.chat)) found.push(one);
      }
    }
    const ordered = inAlbumOrder(found, ({ known: { sender, file } }) => {
      const album = file && shownAs(file).album;
      return album && { ...album, id: sender + album.id };
    });
    return {
      found: ordered.flatMap(({ chat, known }) => this.#view(chat, known, words) ?? []),
      more: candidates.length > found.length && found.length === ANSWERS,
    };
  }

  #view(chat: ChatId, message: MessageRow, words: readonly string[]): FoundView | null {
    const conversation = this.#device.conversations.get(chat);
    if (!conversation || message.seq === null) return null;
    const { names, tag } = pageView(this.#device, conversation);
    return {
      chat,
      message: message.id,
      seq: message.seq,
      sender: message.sender,
      name: names(message.sender),
      tag: tag(message.sender),
      mine: message.mine,
      at: message.at,
      thumb: message.file && fileView(message.file, null).thumb,
      ...excerptAround(saidIn(message).trim(), words),
    };
  }

  async #tend(): Promise<void> {
    const { ports, closing } = this.#device;
    const { store, clock } = ports;
    if (!(await store.get('search', 'built'))) await this.#markAll();
    for (;;) {
      const [first] = await store.range('search', { ...DIRTY, limit: 1 });
      if (!first || closing.aborted) return;
      await this.#anew(first[0]);
      // Between two blocks whoever reads and writes comes first.
      await pause(clock, 1, closing).catch(() => undefined);
    }
  }

  /** A store that was filled before there was an index, or that lost it. */
  async #markAll(): Promise<void> {
    const { store } = this.#device.ports;
    const marks: Change[] = [{ table: 'search', key: 'built', value: new Uint8Array(1) }];
    for (const [chat] of await store.range('log')) {
      const stored = await store.get('timeline', keys.counts(chat));
      const top = stored ? decode(counts, stored).top : -1;
      for (let block = 0; block * BLOCK <= top; block++) {
        const key = `dirty/${blockKey(chat, block)}`;
        marks.push({ table: 'search', key, value: new Uint8Array() });
      }
    }
    await store.apply(marks);
  }

  async #anew(mark: string): Promise<void> {
    const { ports, timeline } = this.#device;
    const { chat, block } = blockOf(mark);
    await timeline.locked(chat, async () => {
      const range = keys.between(chat, block * BLOCK, (block + 1) * BLOCK);
      const stored = await ports.store.range('timeline', range);
      const rows = stored.flatMap(([, value]) => {
        const known = decode(row, value);
        return known.row === 'message' ? [known] : [];
      });
      const made = segmentOf(rows);
      const key = `seg/${blockKey(chat, block)}`;
      const value = made.lines === '' ? null : encode(segment, made);
      await ports.store.apply([
        { table: 'search', key, value },
        { table: 'search', key: mark, value: null },
      ]);
      const held = await this.#held;
      if (!held) return;
      if (value) held.set(key, heldAs(key, made));
      else held.delete(key);
      this.#ordered = null;
    });
  }

  async #newestFirst(): Promise<Held[]> {
    this.#held ??= this.#load();
    const held = await this.#held;
    this.#ordered ??= [...held.values()].sort((a, b) => b.last - a.last);
    return this.#ordered;
  }

  async #load(): Promise<Map<string, Held>> {
    const { store } = this.#device.ports;
    const all = new Map<string, Held>();
    let from: string = SEGMENTS.from;
    for (;;) {
      const some = await store.range('search', { from, to: SEGMENTS.to, limit: AT_ONCE });
      for (const [key, value] of some) all.set(key, heldAs(key, decode(segment, value)));
      const last = some.at(-1)?.[0];
      if (some.length < AT_ONCE || last === undefined) return all;
      from = `${last}\0`;
    }
  }
}

const NOTHING: SearchResult = { found: [], more: false };

function heldAs(key: string, { times, lines }: Segment): Held {
  return { ...blockOf(key), times: Uint32Array.from(times), lines, last: Math.max(0, ...times) };
}

function fits(
  message: MessageRow,
  words: readonly string[],
  { person, kind }: SearchWanted,
): boolean {
  if (message.deleted) return false;
  if (person !== undefined && message.sender !== (person satisfies PersonId)) return false;
  if (kind !== undefined && !kindsOf(message).includes(kind)) return false;
  const said = wordsOf(saidIn(message));
  return words.every((word) => said.some((one) => isFormOf(one, word)));
}
