/** One open chat: its head, its timeline, and where one writes. */
import type { ChatId, MessageId, MessageView } from '@polynya/messenger/api';
import {
  createComputed,
  createEffect,
  createSignal,
  getOwner,
  type JSX,
  onCleanup,
  Show,
} from 'solid-js';
import {
  ChatFoot,
  ChatKeys,
  ChatPanel,
  ChatSearch,
  Doubt,
  Pins,
  SelectionBar,
  SendFiles,
} from '../later.tsx';
import { useApp } from '../state/app.ts';
import type { Place } from '../state/navigation.ts';
import { byField, useQuery } from '../state/query.ts';
import { useWords } from '../words/use-words.ts';
import { ChatContext } from './chat-context.ts';
import { ChatHead } from './chat-head.tsx';
import './chat-view.css';
import { ThumbUrls } from './message/thumb-urls.ts';
import { Timeline } from './timeline.tsx';
import { Trouble } from './trouble.tsx';
import { Composer } from './writing/composer.tsx';

/** What the composer is turned to. */
export type Turned =
  | { readonly to: 'reply'; readonly message: MessageView }
  | { readonly to: 'edit'; readonly message: MessageView }
  | null;

export function ChatView(props: { chat: ChatId }): JSX.Element {
  const { t } = useWords();
  const { messenger, settled, nav } = useApp();
  const detail = byField(useQuery(messenger, () => ({ query: 'chat' as const, chat: props.chat })));
  const [turned, setTurned] = createSignal<Turned>(null);
  const [target, setTarget] = createSignal<Place | null>(null, { equals: false });
  createComputed(() => setTarget(nav.place()));
  const [messages, setMessages] = createSignal<readonly MessageView[]>([]);
  const [selected, setSelected] = createSignal<ReadonlySet<MessageId> | null>(null);
  const [letGo, setLetGo] = createSignal<number | null>(null, { equals: false });
  const [told, setTold] = createSignal(false);
  const [searching, setSearching] = createSignal(false);
  const [files, setFiles] = createSignal<readonly File[]>([]);
  const [dragging, setDragging] = createSignal(false);
  createComputed(() => {
    if (nav.brought().length === 0) return;
    setFiles(nav.brought());
    nav.bring([]);
  });
  const owner = getOwner();
  const thumbs = new ThumbUrls();
  onCleanup(() => thumbs.release());

  createEffect(() => {
    if (detail()?.marks.unread) void messenger.mark(props.chat, { unread: false });
  });

  const mayWrite = () => detail()?.state === 'active' && !detail()?.blocked;

  return (
    <Show when={detail()}>
      {(chat) => (
        <ChatContext.Provider
          value={{
            detail: chat,
            thumbs,
            owner,
            messages,
            turned,
            turn: setTurned,
            goTo: (message, seq) => setTarget(message === null ? null : { message, seq }),
            about: setTold,
            search: setSearching,
            letGo,
            setLetGo,
            selected,
            select: (message) =>
              setSelected(message === null ? null : toggled(selected(), message)),
          }}
        >
          <section
            class="chat-view"
            aria-label={chat().title || t().waitingForPeer}
            onDragOver={(event) => {
              if (!mayWrite() || !event.dataTransfer?.types.includes('Files')) return;
              event.preventDefault();
              setDragging(true);
            }}
            onDragLeave={(event) => {
              if (!event.currentTarget.contains(event.relatedTarget as Node | null))
                setDragging(false);
            }}
            onDrop={(event) => {
              event.preventDefault();
              setDragging(false);
              if (mayWrite()) setFiles([...(event.dataTransfer?.files ?? [])]);
            }}
          >
            <div>
              <ChatHead />
              <Show when={searching()}>
                <ChatSearch />
              </Show>
              <Trouble />
              <Show when={settled()}>
                <Doubt />
                <Pins />
              </Show>
            </div>
            <Timeline target={target()} onMessages={setMessages} />
            <Show when={selected() === null} fallback={<SelectionBar />}>
              <Show when={mayWrite()} fallback={<ChatFoot />}>
                <Composer onFiles={setFiles} />
              </Show>
            </Show>
            <Show when={settled()}>
              <ChatKeys />
            </Show>
            <Show when={told()}>
              <ChatPanel detail={chat()} onClose={() => setTold(false)} />
            </Show>
            <Show when={dragging()}>
              <p class="chat-drop">{t().dropHere}</p>
            </Show>
            <Show when={files().length > 0}>
              <SendFiles
                files={files()}
                reply={turned()?.to === 'reply' ? (turned()?.message.id ?? null) : null}
                onClose={(sent) => {
                  setFiles([]);
                  if (sent && turned()?.to === 'reply') setTurned(null);
                }}
              />
            </Show>
          </section>
        </ChatContext.Provider>
      )}
    </Show>
  );
}

function toggled(chosen: ReadonlySet<MessageId> | null, message: MessageId): Set<MessageId> {
  const after = new Set(chosen);
  if (!after.delete(message)) after.add(message);
  return after;
}
