/** The list of chats, and the ways to begin one. */
import type { ChatId } from '@polynya/messenger/api';
import { createEffect, createMemo, createSignal, For, type JSX, on, Show } from 'solid-js';
import { Virtualizer, type VirtualizerHandle } from 'virtua/solid';
import { ChatPicker, FolderTabs, NewChat, NewGroup, SearchAll, Settings } from '../later.tsx';
import { useApp } from '../state/app.ts';
import { inOrder, type Shelf, sameOrder } from '../state/chat-order.ts';
import { useQuery } from '../state/query.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Emblem } from '../ui/emblem.tsx';
import { Icon } from '../ui/icon.tsx';
import { useWords } from '../words/use-words.ts';
import { ChatItem } from './chat-item.tsx';
import './list-pane.css';

/** Pixels that a row is high until it is measured. */
const ROW = 66;

/** What stands around a row that is in sight; `style` says where. */
interface ItemProps {
  readonly index: number;
  readonly style: JSX.CSSProperties;
  readonly ref: (element: HTMLElement) => void;
  readonly children: JSX.Element;
}

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
  const folders = useQuery(messenger, () => ({ query: 'folders' as const }));
  const [folder, setFolder] = createSignal<string | null>(null);
  // One that is gone shows all.
  const inFolder = () => folders()?.find(({ name }) => name === folder());
  const shown = createMemo(
    () => {
      const all = apart()[opened()].map(({ chat }) => chat);
      const only = opened() === 'list' && inFolder();
      return only ? all.filter((chat) => only.chats.includes(chat)) : all;
    },
    [],
    { equals: sameOrder },
  );
  /** The row with the focus stays in the page, wherever its chat moves. */
  const [focused, setFocused] = createSignal<ChatId>();
  const kept = () => [shown().indexOf(focused() ?? '')].filter((at) => at >= 0);
  let scroller!: HTMLDivElement;
  const [list, setList] = createSignal<VirtualizerHandle>();
  createEffect(
    on(nav.chat, (chat) => {
      const at = shown().indexOf(chat ?? '');
      if (at >= 0) list()?.scrollToIndex(at, { align: 'nearest' });
    }),
  );
  const called = (on: Shelf) =>
    (on === 'archive' ? t().archived : t().requests)(apart()[on].length);
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
      <Show when={opened() === 'list' && folders()?.length}>
        <FolderTabs folders={folders() ?? []} open={inFolder()?.name ?? null} onOpen={setFolder} />
      </Show>
      <Show when={opened() !== 'list'}>
        <h2 class="list-shelf">{called(opened())}</h2>
      </Show>
      <div ref={scroller} class="list-rows">
        <Virtualizer
          ref={setList}
          as="ul"
          item={(item: ItemProps) => (
            <li
              ref={item.ref}
              style={item.style}
              aria-posinset={item.index + 1}
              aria-setsize={shown().length}
            >
              {item.children}
            </li>
          )}
          scrollRef={scroller}
          itemSize={ROW}
          keepMounted={kept()}
          data={shown()}
        >
          {(chat) => <ChatItem chat={chat} onFocus={setFocused} />}
        </Virtualizer>
        <Show when={props.loaded && chats().length === 0}>
          <p class="list-empty">
            <strong>{t().noChats}</strong>
            <span>{t().noChatsText}</span>
          </p>
        </Show>
        <ul>
          <For each={['requests', 'archive'] as const}>
            {(on) => (
              <Show when={apart()[on].length > 0 && (opened() === 'list' || opened() === on)}>
                <li>
                  <button
                    type="button"
                    class="list-archive"
                    classList={{ back: opened() === on }}
                    onClick={() => setShelf(opened() === on ? 'list' : on)}
                  >
                    <Icon
                      name={opened() === on ? 'back' : on === 'archive' ? on : 'person'}
                      size={18}
                    />
                    {opened() === on ? t().chats : called(on)}
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
      </div>
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
