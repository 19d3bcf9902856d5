/** A chat's row in the list, for as long as it is in sight. */
import type { ChatId } from '@polynya/messenger/api';
import { type JSX, Show, untrack } from 'solid-js';
import { useApp } from '../state/app.ts';
import { ChatRow } from './chat-row.tsx';

export interface ChatItemProps {
  chat: ChatId;
  /** The row has the focus. */
  onFocus(chat: ChatId): void;
}

export function ChatItem(props: ChatItemProps): JSX.Element {
  const { chat, nav } = useApp();
  const summary = chat.last(untrack(() => props.chat));
  return (
    <Show when={summary()}>
      {(known) => (
        <ChatRow
          chat={known()}
          current={nav.chat() === props.chat}
          onOpen={() => nav.open(props.chat)}
          onFocus={() => props.onFocus(props.chat)}
        />
      )}
    </Show>
  );
}
