/** What a person may note about a chat for themselves. */
import type { ChatMark, ChatSummary } from '@polynya/messenger/api';
import { type JSX, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { MenuItem, MenuThen } from '../ui/menu.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { FoldersOf } from './folders-of.tsx';

export interface ChatMenuProps {
  chat: ChatSummary;
  at: { readonly x: number; readonly y: number };
  onClose(): void;
}

export function ChatMenu(props: ChatMenuProps): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt, nav } = useApp();
  const { chat, marks, unread } = props.chat;
  const mark = (change: ChatMark) => attempt(messenger.mark(chat, change));
  return (
    <MenuThen label={t().chatMenu} at={props.at} onClose={props.onClose}>
      {(open) => (
        <>
          <Show when={!marks.archived}>
            <MenuItem icon="pin" onChoose={() => mark({ pinned: !marks.pinned })}>
              {marks.pinned ? t().unpin : t().pin}
            </MenuItem>
          </Show>
          <MenuItem icon="muted" onChoose={() => mark({ muted: !marks.muted })}>
            {marks.muted ? t().unmute : t().mute}
          </MenuItem>
          <Show when={unread === 0}>
            <MenuItem
              icon="unread"
              onChoose={() => {
                // An open chat is being read.
                if (!marks.unread && nav.chat() === chat) nav.leave();
                void mark({ unread: !marks.unread });
              }}
            >
              {marks.unread ? t().markRead : t().markUnread}
            </MenuItem>
          </Show>
          <MenuItem
            icon="archive"
            onChoose={() => mark({ archived: !marks.archived, pinned: false })}
          >
            {marks.archived ? t().unarchive : t().archive}
          </MenuItem>
          <MenuItem
            icon="folder"
            onChoose={() => open(() => <FoldersOf chat={chat} onClose={props.onClose} />)}
          >
            {t().folders}
          </MenuItem>
        </>
      )}
    </MenuThen>
  );
}
