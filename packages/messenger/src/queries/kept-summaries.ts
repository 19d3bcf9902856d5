/**
 * The list of chats at rest, so that it is shown before a single chat is read: in a few hundred records, however many
 * chats there are, of which a change writes one. Only a copy of what the chats themselves hold: whatever of it is lost
 * or late is put right once they are read.
 */
import type { Clock } from '@polynya/reach/clock';
import type { ChatId, ChatSummary } from '../api.ts';
import type { Change, Store } from '../store/store.ts';
import { LIST, listRecord } from './list-record.ts';
import type { Changed, Summaries } from './summaries.ts';

/** ms: changes come in crowds. */
const MOMENT = 1_000;

export class KeptSummaries {
  readonly #store: Store;
  readonly #clock: Pick<Clock, 'setTimeout'>;
  readonly #records = new Map<string, Map<ChatId, ChatSummary>>();
  readonly #unwritten = new Set<string>();
  #summaries: Summaries | null = null;
  #cancel: (() => void) | null = null;

  constructor({
    store,
    clock,
  }: { readonly store: Store; readonly clock: Pick<Clock, 'setTimeout'> }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Hands what is kept to `summaries`, and keeps what changes there from then on. @throws StoreError */
  async open(summaries: Summaries): Promise<readonly ChatSummary[]> {
    const stored = await this.#store.range('setting', LIST);
    const chats = stored.flatMap(([, value]) => decoded(value));
    for (const one of chats) this.#recordOf(one.chat).set(one.chat, one);
    summaries.remember(chats);
    summaries.onChanged((changed) => this.#take(changed));
    this.#summaries = summaries;
    return chats;
  }

  /** Something of that chat changed: its record may be gone for it (`unlisted`). */
  touched(chat: ChatId): void {
    this.#unwritten.add(listRecord(chat));
    this.#cancel ??= this.#clock.setTimeout(() => void this.flush(), MOMENT);
  }

  /** Writes what waits to be written. What does not come to lie here is missed by nobody but the next opening. */
  async flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    await this.#write().catch(() => undefined);
  }

  async #write(): Promise<void> {
    // As all of it is now: what was taken from a chat is not written once more.
    await this.#summaries?.list();
    const changes = [...this.#unwritten].map((key): Change => {
      const chats = [...(this.#records.get(key)?.values() ?? [])];
      return { table: 'setting', key, value: chats.length > 0 ? encoded(chats) : null };
    });
    this.#unwritten.clear();
    await this.#store.apply(changes);
  }

  #take(changed: readonly Changed[]): void {
    for (const [chat, now, passing] of changed) {
      if (now) this.#recordOf(chat).set(chat, atRest(now, passing));
      else this.#recordOf(chat).delete(chat);
      this.touched(chat);
    }
  }

  #recordOf(chat: ChatId): Map<ChatId, ChatSummary> {
    const key = listRecord(chat);
    const record = this.#records.get(key) ?? new Map<ChatId, ChatSummary>();
    this.#records.set(key, record);
    return record;
  }
}

/** What goes by itself is not kept here, nor who types. */
function atRest(summary: ChatSummary, passing: boolean): ChatSummary {
  const { last } = summary;
  return { ...summary, typing: [], last: last && passing ? { ...last, text: '' } : last };
}

/** As JSON, which engines read ten times as fast as what is written in JavaScript reads CBOR. */
function encoded(chats: readonly ChatSummary[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(chats));
}

/** Sealed by this device: it is what was written. */
function decoded(stored: Uint8Array): readonly ChatSummary[] {
  return JSON.parse(new TextDecoder().decode(stored)) as ChatSummary[];
}
