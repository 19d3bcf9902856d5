/** Which chat is open. Kept in the history, so that a phone's back button leads to the list. */
import type { ChatId, MessageId } from '@polynya/messenger/api';
import { type Accessor, createSignal, onCleanup } from 'solid-js';

/** A message, and where it stands in its chat. */
export interface Place {
  readonly message: MessageId;
  readonly seq?: number | undefined;
}

export interface Navigation {
  readonly chat: Accessor<ChatId | null>;
  /** Where in the chat that was opened last one is led. */
  readonly place: Accessor<Place | null>;
  open(chat: ChatId, place?: Place): void;
  /** Files that are to go into the chat that is open, once the person says so; who takes them brings none. */
  readonly brought: Accessor<readonly File[]>;
  bring(files: readonly File[]): void;
  /** Back to the list. */
  leave(): void;
}

const chatOf = (state: unknown): ChatId | null =>
  typeof state === 'object' && state !== null && 'chat' in state && typeof state.chat === 'string'
    ? state.chat
    : null;

export function createNavigation(history: History, events: EventTarget): Navigation {
  const [chat, setChat] = createSignal(chatOf(history.state));
  const [place, setPlace] = createSignal<Place | null>(null, { equals: false });
  const [brought, bring] = createSignal<readonly File[]>([]);
  const follow = () => setChat(chatOf(history.state));
  events.addEventListener('popstate', follow);
  onCleanup(() => events.removeEventListener('popstate', follow));
  return {
    chat,
    place,
    brought,
    bring,
    open(next, to) {
      setPlace(to ?? null);
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
