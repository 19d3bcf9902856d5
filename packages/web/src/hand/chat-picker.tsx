/** A chat found by the beginning of any word of its name (WAI-ARIA combobox; the focus stays in the text). */
import type { ChatId } from '@polynya/messenger/api';
import { createMemo, createSignal, For, type JSX, Show } from 'solid-js';
import { beginsWord } from '../chat/writing/mentions.ts';
import { useApp } from '../state/app.ts';
import { inOrder, titleOf } from '../state/chat-order.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import { Tag } from '../ui/tag.tsx';
import { useExtraWords } from '../words/use-words.ts';
import './chat-picker.css';

export interface ChatPickerProps {
  title: string;
  /** Offers to look into all that was said. */
  onSearch?(text: string): void;
  /** Only chats that can be written to. */
  writable?: boolean;
  onChoose(chat: ChatId): void;
  onClose(): void;
}

const SHOWN = 50;

export function ChatPicker(props: ChatPickerProps): JSX.Element {
  const { t } = useExtraWords();
  const { chats } = useApp();
  const [text, setText] = createSignal('');
  const [choice, setChoice] = createSignal(0);
  const found = createMemo(() =>
    [...inOrder(chats()), ...inOrder(chats(), 'archive'), ...inOrder(chats(), 'requests')]
      .map((chat) => ({
        chat,
        title: titleOf(chat, { saved: t().savedMessages, waiting: t().waitingForPeer }),
      }))
      .filter(({ chat }) => !props.writable || (chat.state === 'active' && !chat.blocked))
      .filter(({ title }) => beginsWord(title, text().trim()))
      .slice(0, SHOWN),
  );
  const choose = (chat: ChatId | undefined) => {
    if (chat === undefined) return;
    props.onClose();
    props.onChoose(chat);
  };
  let list!: HTMLDivElement;
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      choose(found()[choice()]?.chat.chat);
    } else if (step !== undefined && found().length > 0) {
      event.preventDefault();
      setChoice((now) => (now + step + found().length) % found().length);
      list.children[choice()]?.scrollIntoView({ block: 'nearest' });
    }
  };

  return (
    <Dialog title={props.title} look="tall" onClose={props.onClose}>
      <Field
        label={t().chatName}
        type="search"
        role="combobox"
        aria-expanded="true"
        aria-controls="chat-picker"
        aria-activedescendant={found().length > 0 ? `chat-picker-${choice()}` : undefined}
        autofocus
        onKeyDown={keys}
        onText={(value) => {
          setText(value);
          setChoice(0);
        }}
      />
      <Show when={props.onSearch}>
        {(search) => (
          <Button look="wide" onClick={() => search()(text())}>
            <Icon name="search" size={18} />
            {t().searchAll}
          </Button>
        )}
      </Show>
      <Show when={found().length === 0}>
        <p class="picker-none">{t().noSuchChat}</p>
      </Show>
      <div ref={list} id="chat-picker" class="picker" role="listbox" aria-label={t().chats}>
        <For each={found()}>
          {({ chat, title }, i) => (
            // biome-ignore lint/a11y/useFocusableInteractive: the text keeps the focus and points here.
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the text.
            <div
              id={`chat-picker-${i()}`}
              class="picker-option"
              role="option"
              aria-selected={i() === choice()}
              onClick={() => choose(chat.chat)}
            >
              <Avatar
                small
                id={chat.peer ?? chat.chat}
                name={chat.title}
                icon={chat.saved ? 'bookmark' : 'person'}
              />
              <span class="picker-title">
                {title} <Tag of={chat.tag} />
              </span>
              <Show when={chat.unread > 0}>
                <span class="badge">{chat.unread}</span>
              </Show>
            </div>
          )}
        </For>
      </div>
    </Dialog>
  );
}
