/** Who is here, and what they are doing. */
import { type JSX, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { Avatar } from '../ui/avatar.tsx';
import { IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { Tag } from '../ui/tag.tsx';
import { typingText } from '../words/typing-text.ts';
import { useWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';

export function ChatHead(): JSX.Element {
  const { t, format } = useWords();
  const { nav, status } = useApp();
  const { detail, search, about } = useChat();
  const state = () => {
    if (status().line === 'offline') return t().lineOffline;
    if (status().line === 'connecting') return t().lineConnecting;
    if (status().syncing) return t().lineUpdating;
    const typing = typingText(t(), detail().typing, detail().direct);
    if (typing !== '') return typing;
    if (detail().saved) return '';
    if (detail().direct) return detail().peer === null ? t().waitingForPeer : '';
    return detail().people.length === 1 ? t().justYou : t().people(detail().people.length);
  };
  return (
    <header class="chat-head">
      <IconButton icon="back" label={t().back} look="chat-back" onClick={() => nav.leave()} />
      <button
        type="button"
        class="chat-head-button"
        title={t().openPanel}
        aria-haspopup="dialog"
        onClick={() => about(true)}
      >
        <Avatar
          small
          id={detail().peer ?? detail().chat}
          name={detail().title}
          icon={detail().saved ? 'bookmark' : 'person'}
        />
        <span class="chat-head-text">
          <h2>
            <Show when={detail().timer > 0}>
              <span
                class="chat-head-timer"
                role="img"
                aria-label={t().timerOn(format().lasting(detail().timer))}
              >
                <Icon name="timer" size={16} />
              </span>
            </Show>{' '}
            {detail().saved ? t().savedMessages : detail().title || t().newChat}{' '}
            <Tag of={detail().tag} />
          </h2>
          <p aria-live="off">{state()}</p>
        </span>
      </button>
      <IconButton icon="search" label={t().findInChat} onClick={() => search(true)} />
    </header>
  );
}
