/** Which chat is open. Kept in the history, so that a phone's back button leads to the list. */
import type { ChatId } from '@polynya/messenger/api';
import { type Accessor, createSignal, onCleanup } from 'solid-js';

export interface Navigation {
  readonly chat: Accessor<ChatId | null>;
  open(chat: ChatId): void;
  /** Back to the list. */
  leave(): void;
}

const chatOf = (state: unknown): ChatId | null =>
  typeof state === 'object' && state !== null && 'chat' in state && typeof state.chat === 'string'
    ? state.chat
    : null;

export function createNavigation(history: History, events: EventTarget): Navigation {
  const [chat, setChat] = createSignal(chatOf(history.state));
  const follow = () => setChat(chatOf(history.state));
  events.addEventListener('popstate', follow);
  onCleanup(() => events.removeEventListener('popstate', follow));
  return {
    chat,
    open(next) {
      if (next === chat()) return;
      // From chat to chat the list stays one step back.
      if (chat() === null) history.pushState({ chat: next, fromList: true }, '');
      else history.replaceState({ ...history.state, chat: next }, '');
      setChat(next);
    },
    leave() {
      if (history.state?.fromList === true) history.back();
      else history.replaceState(null, '');
      setChat(null);
    },
  };
}
