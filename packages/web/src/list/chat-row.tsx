/** One chat in the list: who, what was said last, when, and what is new. */
import type { ChatSummary } from '@polynya/messenger/api';
import { type JSX, Show } from 'solid-js';
import { SendMark } from '../chat/send-mark.tsx';
import { useApp } from '../state/app.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Tag } from '../ui/tag.tsx';
import { typingText } from '../words/typing-text.ts';
import { useWords } from '../words/use-words.ts';
import './chat-row.css';

export interface ChatRowProps {
  chat: ChatSummary;
  current: boolean;
  onOpen(): void;
}

export function ChatRow(props: ChatRowProps): JSX.Element {
  const { t, format } = useWords();
  const { drafts } = useApp();
  const draft = () => (props.current ? '' : drafts.get(props.chat.chat));
  const typing = () => typingText(t(), props.chat.typing, props.chat.direct);
  const title = () =>
    props.chat.saved ? t().savedMessages : props.chat.title || t().waitingForPeer;
  const lastText = () => {
    const { last } = props.chat;
    if (!last) return props.chat.state === 'joining' ? t().chatJoining : '';
    const sender = last.mine ? t().you : last.sender;
    return (props.chat.direct && !last.mine) || props.chat.saved
      ? last.text
      : sender
        ? `${sender}: ${last.text}`
        : last.text;
  };
  return (
    <button
      type="button"
      class="chat-row"
      classList={{ current: props.current }}
      aria-current={props.current ? 'true' : undefined}
      onClick={() => props.onOpen()}
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
          <span class="chat-row-when">{format().moment(props.chat.at, Date.now())}</span>
        </span>
        <span class="chat-row-line">
          <Show when={!typing() && draft()}>
            <span class="chat-row-draft">{t().draft}</span>
          </Show>
          <Show when={!typing() && !draft() && props.chat.last?.state}>
            {(state) => <SendMark state={state()} />}
          </Show>
          <span class="chat-row-text" classList={{ alive: typing() !== '' }}>
            {typing() || draft() || lastText()}
          </span>
          <Show when={props.chat.mentioned}>
            <span class="badge" title={t().mentioned}>
              @<span class="visually-hidden">{t().mentioned}</span>
            </span>
          </Show>
          <Show when={props.chat.unread > 0}>
            <span class="badge">
              <span aria-hidden="true">{props.chat.unread}</span>
              <span class="visually-hidden">{t().unread(props.chat.unread)}</span>
            </span>
          </Show>
        </span>
      </span>
    </button>
  );
}
