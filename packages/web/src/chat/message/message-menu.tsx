/** What can be done with a message. */
import type { MessageView } from '@polynya/messenger/api';
import { For, type JSX, Show } from 'solid-js';
import { ChatPicker } from '../../hand/chat-picker.tsx';
import { MessageInfo } from '../../now-and-then-later.tsx';
import { useApp } from '../../state/app.ts';
import { MenuItem, MenuThen } from '../../ui/menu.tsx';
import { useExtraWords } from '../../words/use-words.ts';
import { useChat } from '../chat-context.ts';
import { EmojiDialog } from '../writing/emoji-dialog.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { useTransfer } from './file-transfer.ts';
import { forward } from './forwarding.ts';

const QUICK = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

export interface MessageMenuProps {
  message: MessageView;
  /** Of an album, all of it. */
  all: readonly MessageView[];
  at: { readonly x: number; readonly y: number };
  onClose(): void;
}

export function MessageMenu(props: MessageMenuProps): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt, nav } = useApp();
  const { detail, turn, select, setLetGo } = useChat();
  const { message } = props;
  // What is done to a picture of an album is done to that one, beside them to all.
  const tile = document.elementFromPoint(props.at.x, props.at.y)?.closest('.tile-open');
  const one = props.all.filter(({ id }) => id === tile?.getAttribute('data-message'));
  const messages = one.length > 0 ? one : props.all;
  const chat = detail().chat;
  const stored = message.seq !== null;
  const alive = () => stored && detail().state === 'active';
  const chosen = (emoji: string) =>
    message.reactions.some((reaction) => reaction.mine && reaction.emoji === emoji);
  const react = (emoji: string) =>
    attempt(messenger.react(chat, message.id, chosen(emoji) ? '' : emoji));
  const lead = one[0] ?? message;
  const { pinned, file } = lead;
  const { save } = useTransfer(() => lead);
  const togglePin = () => {
    if (pinned && lead.seq !== null) setLetGo(lead.seq);
    void attempt(messenger.pin(chat, lead.id, !pinned));
  };
  const copy = () => attempt(navigator.clipboard.writeText(message.text));

  const deleting = () => <DeleteDialog messages={messages} onClose={props.onClose} />;
  const info = () => <MessageInfo message={props.message} onClose={props.onClose} />;
  const picker = () => (
    <ChatPicker
      title={t().forwardTo}
      writable
      onChoose={async (to) => {
        const sent = forward(messenger, chat, to, messages).then(() => true);
        if (await attempt(sent)) nav.open(to);
      }}
      onClose={props.onClose}
    />
  );
  const emoji = () => (
    <EmojiDialog
      title={t().addReaction}
      onChoose={(one) => void react(one)}
      onClose={props.onClose}
    />
  );

  return (
    <MenuThen label={t().messageMenu} at={props.at} onClose={props.onClose}>
      {(open) => (
        <>
          <Show when={alive()}>
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
            <MenuItem icon="smile" onChoose={() => open(emoji)}>
              {t().otherEmoji}
            </MenuItem>
            <MenuItem icon="reply" onChoose={() => turn({ to: 'reply', message })}>
              {t().reply}
            </MenuItem>
          </Show>
          <Show when={alive() && message.mine && !message.file && !message.poll}>
            <MenuItem icon="edit" onChoose={() => turn({ to: 'edit', message })}>
              {t().edit}
            </MenuItem>
          </Show>
          <Show when={message.text !== ''}>
            <MenuItem icon="copy" onChoose={copy}>
              {t().copyText}
            </MenuItem>
          </Show>
          <Show when={file?.state === 'here'}>
            <MenuItem icon="download" onChoose={save}>
              {t().fileSave}
            </MenuItem>
          </Show>
          <Show when={alive() && detail().mayPin}>
            <MenuItem icon="pin" onChoose={togglePin}>
              {pinned ? t().unpin : t().pin}
            </MenuItem>
          </Show>
          <Show when={message.poll && !message.poll.closed && message.mine && alive()}>
            <MenuItem icon="poll" onChoose={() => attempt(messenger.closePoll(chat, message.id))}>
              {t().closePoll}
            </MenuItem>
          </Show>
          <Show when={stored && (message.mine || message.edited)}>
            <MenuItem icon="info" onChoose={() => open(info)}>
              {t().messageInfo}
            </MenuItem>
          </Show>
          <Show when={stored}>
            <MenuItem icon="forward" onChoose={() => open(picker)}>
              {t().forward}
            </MenuItem>
            <MenuItem icon="check" onChoose={() => messages.map(({ id }) => select(id))}>
              {t().select}
            </MenuItem>
            <MenuItem icon="trash" look="danger" onChoose={() => open(deleting)}>
              {t().delete}
            </MenuItem>
          </Show>
        </>
      )}
    </MenuThen>
  );
}
