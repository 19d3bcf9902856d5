/**
 * Who wants to hear that something changed. Writers name topics, listeners hear once per burst:
 * views are recomputed about once a frame, however many entries a sync brings.
 */
import type { Clock } from '@polynya/reach/clock';
import type { ChatId } from '../api.ts';
import type { Change, Store } from '../store/store.ts';

/** The messages of one chat: rows, their states, transfers of their files. */
export function messagesTopic(chat: ChatId): string {
  return `messages/${chat}`;
}

/** The list of chats: touched with every chat whose entries, people or messages changed. */
export const CHATS_TOPIC = 'chats';

/** What shows a chat beside its messages. */
const topicsOf = (chat: ChatId) => [`chat/${chat}`, CHATS_TOPIC, 'status'];

/** One frame at 60 Hz, milliseconds. */
const FRAME = 16;

export class Changes {
  readonly #clock: Pick<Clock, 'setTimeout'>;
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #due = new Set<() => void>();
  readonly #chatListeners: ((chat: ChatId) => void)[] = [];
  readonly #writeListeners = new Set<(changes: readonly Change[]) => void>();
  #cancel: (() => void) | null = null;

  constructor(clock: Pick<Clock, 'setTimeout'>) {
    this.#clock = clock;
  }

  /** Call it once what was changed can be read. */
  touch(topic: string): void {
    for (const listener of this.#listeners.get(topic) ?? []) this.#due.add(listener);
    if (this.#due.size > 0) this.#cancel ??= this.#clock.setTimeout(() => this.#tell(), FRAME);
  }

  /** Something of its messages changed: what else shows the chat follows with its next change. */
  touchMessages(chat: ChatId): void {
    for (const listener of this.#chatListeners) listener(chat);
    this.touch(messagesTopic(chat));
  }

  /** Something of this chat changed. */
  touchChat(chat: ChatId): void {
    this.touchMessages(chat);
    for (const topic of topicsOf(chat)) this.touch(topic);
  }

  /** Calls `listener` at once with each chat that changes, for as long as there are changes. */
  onChat(listener: (chat: ChatId) => void): void {
    this.#chatListeners.push(listener);
  }

  /** The store, of whose batches listeners hear as soon as they can be read: before anything is touched for them. */
  heard(store: Store): Store {
    return {
      get: (table, key) => store.get(table, key),
      range: (table, range) => store.range(table, range),
      apply: async (changes) => {
        await store.apply(changes);
        for (const listener of this.#writeListeners) listener(changes);
      },
      close: () => store.close(),
      destroy: () => store.destroy(),
    };
  }

  /** Calls `listener` with each batch that was written; what it returns ends that. */
  onWritten(listener: (changes: readonly Change[]) => void): () => void {
    this.#writeListeners.add(listener);
    return () => void this.#writeListeners.delete(listener);
  }

  /** Calls `listener` once after each burst that touched one of `topics`; what it returns ends that. */
  on(topics: readonly string[], listener: () => void): () => void {
    // A function of its own, so that one given twice is told twice and ended once.
    const own = () => listener();
    for (const topic of topics) {
      const listeners = this.#listeners.get(topic) ?? new Set();
      this.#listeners.set(topic, listeners.add(own));
    }
    return () => {
      this.#due.delete(own);
      for (const topic of topics) {
        const listeners = this.#listeners.get(topic);
        listeners?.delete(own);
        if (listeners?.size === 0) this.#listeners.delete(topic);
      }
    };
  }

  /** Forgets what is due; nobody is told anything any more. */
  close(): void {
    this.#cancel?.();
    this.#due.clear();
    this.#listeners.clear();
  }

  #tell(): void {
    this.#cancel = null;
    const due = [...this.#due];
    this.#due.clear();
    for (const listener of due) listener();
  }
}
