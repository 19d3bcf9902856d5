/** One chat in the list: who, what was said last, when, and what is new. */
import type { ChatSummary } from '@polynya/messenger/api';
import { createMemo, createSignal, type JSX, Show } from 'solid-js';
import { onLongPress } from '../chat/message/long-press.ts';
import { plainText } from '../chat/message/rich-text.ts';
import { SendMark } from '../chat/message/send-mark.tsx';
import { ChatMenu } from '../later.tsx';
import { useApp } from '../state/app.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';
import { Tag } from '../ui/tag.tsx';
import { typingText } from '../words/typing-text.ts';
import { useWords } from '../words/use-words.ts';
import './chat-row.css';

export interface ChatRowProps {
  chat: ChatSummary;
  current: boolean;
  onOpen(): void;
  onFocus(): void;
}

export function ChatRow(props: ChatRowProps): JSX.Element {
  const { t, format } = useWords();
  const { drafts } = useApp();
  // By itself: else each letter that is typed anywhere draws all rows anew.
  const draft = createMemo(() => (props.current ? '' : drafts.get(props.chat.chat)));
  const typing = () => typingText(t(), props.chat.typing, props.chat.direct);
  const title = () =>
    props.chat.saved ? t().savedMessages : props.chat.title || t().waitingForPeer;
  const lastText = () => {
    const { last } = props.chat;
    if (!last) {
      if (props.chat.state === 'joining') return t().chatJoining;
      return props.chat.title === '' ? '' : t().noMessages;
    }
    const sender = last.mine ? t().you : last.sender;
    const said = plainText(last.text);
    return (props.chat.direct && !last.mine) || props.chat.saved || !sender
      ? said
      : `${sender}: ${said}`;
  };
  const [menu, setMenu] = createSignal<{ x: number; y: number }>();
  return (
    <>
      <button
        type="button"
        class="chat-row"
        ref={(element) => onLongPress(element, setMenu)}
        classList={{ current: props.current }}
        aria-current={props.current ? 'true' : undefined}
        onClick={() => props.onOpen()}
        onFocus={() => props.onFocus()}
        onContextMenu={(event) => {
          event.preventDefault();
          const { left, bottom } = event.currentTarget.getBoundingClientRect();
          // By a key it comes from no point.
          setMenu(
            event.clientX > 0 ? { x: event.clientX, y: event.clientY } : { x: left, y: bottom },
          );
        }}
      >
        <Avatar
          id={props.chat.peer ?? props.chat.chat}
          name={props.chat.title}
          icon={props.chat.saved ? 'bookmark' : 'person'}
        />
        <span>
          <span class="chat-row-line">
            <span class="chat-row-title">
              {title()} <Tag of={props.chat.tag} />
            </span>
            <Show when={props.chat.marks.muted}>
              <span class="chat-row-mark" role="img" aria-label={t().muted}>
                <Icon name="muted" size={16} />
              </span>
            </Show>
            <span class="chat-row-when">{format().moment(props.chat.at, Date.now())}</span>
          </span>
          <span class="chat-row-line">
            <Show when={!typing() && draft()}>
              <span class="chat-row-draft">{t().draft}</span>
            </Show>
            <Show when={!typing() && !draft() && props.chat.last?.state}>
              {(state) => <SendMark state={state()} />}
            </Show>
            <span class="chat-row-text" dir="auto" classList={{ alive: typing() !== '' }}>
              {typing() || draft() || lastText()}
            </span>
            <Show when={props.chat.mentioned}>
              <span class="badge" title={t().mentioned}>
                @<span class="visually-hidden">{t().mentioned}</span>
              </span>
            </Show>
            <Show when={props.chat.marks.pinned && props.chat.unread === 0}>
              <span class="chat-row-mark" role="img" aria-label={t().pinned}>
                <Icon name="pin" size={16} />
              </span>
            </Show>
            <Show when={props.chat.marks.unread && props.chat.unread === 0}>
              <span class="badge dot" role="img" aria-label={t().markedUnread} />
            </Show>
            <Show when={props.chat.unread > 0}>
              <span class="badge" classList={{ muted: props.chat.marks.muted }}>
                <span aria-hidden="true">{props.chat.unread}</span>
                <span class="visually-hidden">{t().unread(props.chat.unread)}</span>
              </span>
            </Show>
          </span>
        </span>
      </button>
      <Show when={menu()}>
        {(at) => <ChatMenu chat={props.chat} at={at()} onClose={() => setMenu(undefined)} />}
      </Show>
    </>
  );
}
