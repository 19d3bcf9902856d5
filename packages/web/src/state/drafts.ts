/** What was typed and not yet sent, by chat, while the page lives. */
import type { ChatId } from '@polynya/messenger/api';

export class Drafts {
  readonly #drafts = new Map<ChatId, string>();

  /** '' when there is none. */
  get(chat: ChatId): string {
    return this.#drafts.get(chat) ?? '';
  }

  set(chat: ChatId, text: string): void {
    if (text.trim() === '') this.#drafts.delete(chat);
    else this.#drafts.set(chat, text);
  }

  /** A reload would lose something. */
  get any(): boolean {
    return this.#drafts.size > 0;
  }
}
