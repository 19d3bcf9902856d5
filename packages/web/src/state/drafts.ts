/** What was typed and not yet sent, by chat. The messenger keeps it, so that it outlives the page. */
import type { ChatId, Draft } from '@polynya/messenger/api';
import { createSignal } from 'solid-js';

/** ms: what is typed within them is written once. */
const MOMENT = 300;

export class Drafts {
  readonly #keep: (chat: ChatId, text: string) => void;
  readonly #drafts = createSignal<ReadonlyMap<ChatId, string>>(new Map());
  /** Typed in since the page was opened. */
  readonly #touched = new Set<ChatId>();
  readonly #due = new Map<ChatId, ReturnType<typeof setTimeout>>();

  constructor(keep: (chat: ChatId, text: string) => void) {
    this.#keep = keep;
  }

  /** What is kept, by this page or another device. What is being typed here stays. */
  hear(kept: readonly Draft[]): void {
    const drafts = new Map(kept.map(({ chat, text }) => [chat, text]));
    for (const chat of this.#due.keys()) drafts.set(chat, this.get(chat));
    this.#drafts[1](drafts);
  }

  /** '' when there is none. Views that ask hear when it changes. */
  get(chat: ChatId): string {
    return this.#drafts[0]().get(chat) ?? '';
  }

  set(chat: ChatId, text: string): void {
    const said = text.trim() === '' ? '' : text;
    if (said === this.get(chat)) return;
    const drafts = new Map(this.#drafts[0]());
    if (said === '') drafts.delete(chat);
    else drafts.set(chat, said);
    this.#drafts[1](drafts);
    this.#touched.add(chat);
    clearTimeout(this.#due.get(chat));
    this.#due.set(
      chat,
      setTimeout(() => this.#write(chat), said === '' ? 0 : MOMENT),
    );
  }

  /** The page may be gone in a moment. */
  flush(): void {
    for (const chat of [...this.#due.keys()]) this.#write(chat);
  }

  /** Somebody is in the middle of a sentence here, typed or spoken: a reload would break it off. */
  get any(): boolean {
    const drafts = this.#drafts[0]();
    const speaks = !!document.querySelector('.voice-dot');
    return speaks || [...this.#touched].some((chat) => drafts.has(chat));
  }

  #write(chat: ChatId): void {
    clearTimeout(this.#due.get(chat));
    if (this.#due.delete(chat)) this.#keep(chat, this.get(chat));
  }
}
