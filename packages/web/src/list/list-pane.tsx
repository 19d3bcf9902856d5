/** The list of chats, and the ways to begin one. */
import { createMemo, createSignal, For, type JSX, Show } from 'solid-js';
import { ChatPicker, FolderTabs, NewChat, NewGroup, SearchAll, Settings } from '../later.tsx';
import { useApp } from '../state/app.ts';
import { inOrder, type Shelf } from '../state/chat-order.ts';
import { useQuery } from '../state/query.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Emblem } from '../ui/emblem.tsx';
import { Icon } from '../ui/icon.tsx';
import { useWords } from '../words/use-words.ts';
import { ChatRow } from './chat-row.tsx';
import './list-pane.css';

export interface ListPaneProps {
  loaded: boolean;
  onLink(link: string): void;
}

export function ListPane(props: ListPaneProps): JSX.Element {
  const { t } = useWords();
  const { chats, messenger, nav } = useApp();
  const [open, setOpen] = createSignal<'chat' | 'group' | 'settings' | 'find' | 'search' | null>(
    null,
  );
  const [wanted, setWanted] = createSignal('');
  const close = () => setOpen(null);
  const [shelf, setShelf] = createSignal<Shelf>('list');
  const apart = createMemo(() => ({
    requests: inOrder(chats(), 'requests'),
    archive: inOrder(chats(), 'archive'),
    list: inOrder(chats()),
  }));
  // A shelf closes by itself when it is empty.
  const opened = (): Shelf => (apart()[shelf()].length > 0 ? shelf() : 'list');
  const folders = useQuery(messenger, () => ({ query: 'folders' as const }), 'name');
  const [folder, setFolder] = createSignal<string | null>(null);
  // One that is gone shows all.
  const inFolder = () => folders()?.find(({ name }) => name === folder());
  const shown = createMemo(() => {
    const all = apart()[opened()];
    const only = opened() === 'list' && inFolder();
    return only ? all.filter(({ chat }) => only.chats.includes(chat)) : all;
  });
  const waiting = (on: Shelf) => apart()[on].filter(({ unread }) => unread > 0).length;
  return (
    <div class="list-pane">
      <header class="list-head">
        <Emblem size={32} />
        <button type="button" class="list-find" onClick={() => setOpen('find')}>
          <Icon name="search" size={18} />
          {t().findChat}
        </button>
        <IconButton icon="settings" label={t().settings} onClick={() => setOpen('settings')} />
      </header>
      <div class="list-actions">
        <Button look="primary" onClick={() => setOpen('chat')}>
          <Icon name="add" size={18} />
          {t().newChat}
        </Button>
        <Button onClick={() => setOpen('group')}>
          <Icon name="group" size={18} />
          {t().newGroup}
        </Button>
      </div>
      <Show when={folders()?.length}>
        <FolderTabs folders={folders() ?? []} open={inFolder()?.name ?? null} onOpen={setFolder} />
      </Show>
      <ul class="list-rows">
        <For
          each={shown()}
          fallback={
            <Show when={props.loaded && chats().length === 0}>
              <li class="list-empty">
                <strong>{t().noChats}</strong>
                <span>{t().noChatsText}</span>
              </li>
            </Show>
          }
        >
          {(chat) => (
            <li>
              <ChatRow
                chat={chat}
                current={nav.chat() === chat.chat}
                onOpen={() => nav.open(chat.chat)}
              />
            </li>
          )}
        </For>
        <For each={['requests', 'archive'] as const}>
          {(on) => (
            <Show when={apart()[on].length > 0 && (opened() === 'list' || opened() === on)}>
              <li>
                <button
                  type="button"
                  class="list-archive"
                  onClick={() => setShelf(opened() === on ? 'list' : on)}
                >
                  <Icon
                    name={opened() === on ? 'back' : on === 'archive' ? on : 'person'}
                    size={18}
                  />
                  {opened() === on
                    ? t().chats
                    : on === 'archive'
                      ? t().archived(apart().archive.length)
                      : t().requests(apart().requests.length)}
                  <Show when={opened() !== on && waiting(on) > 0}>
                    <span class="badge muted">
                      <span aria-hidden="true">{waiting(on)}</span>
                      <span class="visually-hidden">{t().unreadChats(waiting(on))}</span>
                    </span>
                  </Show>
                </button>
              </li>
            </Show>
          )}
        </For>
      </ul>
      <Show when={open() === 'find'}>
        <ChatPicker
          title={t().findChat}
          onChoose={nav.open}
          onSearch={(text) => {
            setWanted(text);
            setOpen('search');
          }}
          onClose={close}
        />
      </Show>
      <Show when={open() === 'search'}>
        <SearchAll text={wanted()} onClose={close} />
      </Show>
      <Show when={open() === 'chat'}>
        <NewChat onClose={close} onLink={props.onLink} />
      </Show>
      <Show when={open() === 'group'}>
        <NewGroup onClose={close} />
      </Show>
      <Show when={open() === 'settings'}>
        <Settings onClose={close} />
      </Show>
    </div>
  );
}
