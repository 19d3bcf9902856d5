/** What was typed and not yet sent, by chat, while the page lives. */
import type { ChatId } from '@polynya/messenger/api';
import { createSignal } from 'solid-js';

export class Drafts {
  readonly #drafts = new Map<ChatId, string>();
  readonly #any = createSignal(false);

  /** '' when there is none. */
  get(chat: ChatId): string {
    return this.#drafts.get(chat) ?? '';
  }

  set(chat: ChatId, text: string): void {
    if (text.trim() === '') this.#drafts.delete(chat);
    else this.#drafts.set(chat, text);
    this.#any[1](this.#drafts.size > 0);
  }

  /** A reload would lose something. Views that ask hear when that changes. */
  get any(): boolean {
    return this.#any[0]();
  }
}
