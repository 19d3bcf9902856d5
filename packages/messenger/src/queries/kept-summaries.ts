/**
 * The list of chats at rest, so that it is shown before a single chat is read: in a few hundred records, however many
 * chats there are, of which a change writes one. Only a copy of what the chats themselves hold: whatever of it is lost
 * or late is put right once they are read.
 */
import type { Clock } from '@polynya/reach/clock';
import type { ChatId, ChatSummary } from '../api.ts';
import type { Change, Store } from '../store/store.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { LIST, listRecord } from './list-record.ts';
import type { Changed, Summaries } from './summaries.ts';

/** ms: changes come in crowds. */
const MOMENT = 1_000;
/** Records: nothing else happens in their chats while they are written. */
const AT_ONCE = 16;

interface Around {
  readonly timeline: Pick<Timeline, 'locked'>;
  /** Until all chats are known they change by the hundred. */
  readonly loading: { readonly whole: Promise<void> };
}

export class KeptSummaries {
  readonly #store: Store;
  readonly #clock: Pick<Clock, 'setTimeout'>;
  readonly #around: Around;
  readonly #records = new Map<string, Map<ChatId, ChatSummary>>();
  readonly #unwritten = new Set<string>();
  #summaries: Summaries | null = null;
  #writing: Promise<void> = Promise.resolve();
  #cancel: (() => void) | null = null;

  /** @param around what takes a text away does so in `timeline.locked` of its chat */
  constructor(
    { store, clock }: { readonly store: Store; readonly clock: Pick<Clock, 'setTimeout'> },
    around: Around,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#around = around;
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
    // One after the other: each has many chats to itself, and two would wait for each other's.
    this.#writing = this.#writing.then(() => this.#write()).catch(() => undefined);
    await this.#writing;
  }

  async #write(): Promise<void> {
    await this.#around.loading.whole;
    await this.#summaries?.list();
    const keys = [...this.#unwritten];
    this.#unwritten.clear();
    while (keys.length > 0) await this.#writeThese(keys.splice(0, AT_ONCE));
  }

  /** With their chats to itself: else what is taken from one between the look and the writing would lie here anew. */
  async #writeThese(keys: readonly string[]): Promise<void> {
    const held = new Set(keys.flatMap((key) => [...(this.#records.get(key)?.keys() ?? [])]));
    const { promise: written, resolve: release } = Promise.withResolvers<void>();
    try {
      for (const chat of held) {
        await new Promise<void>((mine) => {
          void this.#around.timeline.locked(chat, () => {
            mine();
            return written;
          });
        });
      }
      // As all of it is now. What came here meanwhile is written the next time.
      await this.#summaries?.list();
      const changes = keys.map((key): Change => {
        const chats = [...(this.#records.get(key)?.values() ?? [])];
        const mine = chats.filter(({ chat }) => held.has(chat));
        return { table: 'setting', key, value: mine.length > 0 ? encoded(mine) : null };
      });
      await this.#store.apply(changes);
    } finally {
      release();
    }
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
