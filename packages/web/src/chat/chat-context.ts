/** What the views of one open chat share. */
import type { ChatDetail, MessageId, MessageView } from '@polynya/messenger/api';
import { type Accessor, createContext, type Owner, useContext } from 'solid-js';
import type { Turned } from './chat-view.tsx';
import type { ThumbUrls } from './message/thumb-urls.ts';

export interface OpenChat {
  readonly detail: Accessor<ChatDetail>;
  readonly thumbs: ThumbUrls;
  /** What lives as long as the chat is open belongs to it. */
  readonly owner: Owner | null;
  /** Those that are loaded, oldest first. */
  readonly messages: Accessor<readonly MessageView[]>;
  readonly turned: Accessor<Turned>;
  /** Turns the composer to a message, or away from it. */
  turn(turned: Turned): void;
  /** Those that something is to be done with, all at once; null where nobody is choosing. */
  readonly selected: Accessor<ReadonlySet<MessageId> | null>;
  /** Takes a message among the selected, or out of them; null ends it. */
  select(message: MessageId | null): void;
  /** Opens what is to be said about this chat, or closes it. */
  about(open: boolean): void;
  /** Opens the search in this chat, or closes it. */
  search(open: boolean): void;
  /** seq of the pinned message that was let go last; null: none was. */
  readonly letGo: Accessor<number | null>;
  setLetGo(seq: number): void;
  /**
   * Scrolls to a message, fetching older ones if need be; `seq` finds it at once, however old. null: to the newest.
   */
  goTo(message: MessageId | null, seq?: number): void;
}

export const ChatContext = createContext<OpenChat>();

export function useChat(): OpenChat {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error('no chat around this view');
  return chat;
}
