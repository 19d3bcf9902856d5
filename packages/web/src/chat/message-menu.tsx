/** What can be done with a message. */
import type { MessageView } from '@polynya/messenger/api';
import { createSignal, For, type JSX, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { Confirm } from '../ui/confirm.tsx';
import { Menu, MenuItem } from '../ui/menu.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';
import { EmojiDialog } from './emoji-dialog.tsx';

const QUICK = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

export interface MessageMenuProps {
  message: MessageView;
  at: { readonly x: number; readonly y: number };
  onClose(): void;
}

export function MessageMenu(props: MessageMenuProps): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const { detail, turn } = useChat();
  const [next, setNext] = createSignal<'emoji' | 'delete'>();
  const { message } = props;
  const chat = detail().chat;
  const stored = () => message.seq !== null && detail().state === 'active';
  const chosen = (emoji: string) =>
    message.reactions.some((reaction) => reaction.mine && reaction.emoji === emoji);
  const react = (emoji: string) =>
    attempt(messenger.react(chat, message.id, chosen(emoji) ? '' : emoji));
  const copy = () => attempt(navigator.clipboard.writeText(message.text));

  return (
    <>
      <Menu
        label={t().messageMenu}
        at={props.at}
        onClose={() => {
          // A menu closes before what was chosen in it opens.
          queueMicrotask(() => next() === undefined && props.onClose());
        }}
      >
        <Show when={stored()}>
          {/* biome-ignore lint/a11y/useSemanticElements: a group inside a menu (WAI-ARIA menu pattern). */}
          <div class="quick-reactions" role="group" aria-label={t().react}>
            <For each={QUICK}>
              {(emoji) => (
                <button
                  type="button"
                  role="menuitemcheckbox"
                  aria-checked={chosen(emoji)}
                  onClick={(event) => {
                    event.currentTarget.closest<HTMLElement>('[popover]')?.hidePopover();
                    void react(emoji);
                  }}
                >
                  {emoji}
                </button>
              )}
            </For>
          </div>
          <MenuItem icon="smile" onChoose={() => setNext('emoji')}>
            {t().otherEmoji}
          </MenuItem>
          <MenuItem icon="reply" onChoose={() => turn({ to: 'reply', message })}>
            {t().reply}
          </MenuItem>
        </Show>
        <Show when={stored() && message.mine && !message.file}>
          <MenuItem icon="edit" onChoose={() => turn({ to: 'edit', message })}>
            {t().edit}
          </MenuItem>
        </Show>
        <Show when={message.text !== ''}>
          <MenuItem icon="copy" onChoose={copy}>
            {t().copyText}
          </MenuItem>
        </Show>
        <Show when={stored() && message.mine}>
          <MenuItem icon="trash" look="danger" onChoose={() => setNext('delete')}>
            {t().delete}
          </MenuItem>
        </Show>
      </Menu>
      <Show when={next() === 'delete'}>
        <Confirm
          question={t().deleteAsk}
          text={t().deleteText}
          action={t().delete}
          onClose={props.onClose}
          onYes={() => attempt(messenger.delete(chat, message.id))}
        />
      </Show>
      <Show when={next() === 'emoji'}>
        <EmojiDialog onChoose={(emoji) => void react(emoji)} onClose={props.onClose} />
      </Show>
    </>
  );
}
