/** The engine runs: the first screens until there is somebody, then the chats. */
import { type ChatSummary, type Messenger, Problem } from '@polynya/messenger/api';
import {
  type Accessor,
  batch,
  createComputed,
  createEffect,
  createSignal,
  type JSX,
  on,
  onCleanup,
  Show,
} from 'solid-js';
import type { LockFacade } from './engine/lock-facade.ts';
import { Arrive } from './first/arrive.tsx';
import { Starting } from './first/starting.tsx';
import { Welcome } from './first/welcome.tsx';
import { Panes } from './panes.tsx';
import { type App, AppContext } from './state/app.ts';
import { Drafts } from './state/drafts.ts';
import { createNamed } from './state/named.ts';
import { createNavigation } from './state/navigation.ts';
import { byField, useQuery } from './state/query.ts';
import { type Refused, reloadFor, type UpdatePorts, updateFor } from './state/update.ts';
import type { Toasts } from './ui/toast.tsx';
import { useWords } from './words/use-words.ts';

/** ms: by then one reads and writes. */
const SETTLING = 2000;

/** Stands for the build of a server that speaks another version. */
const OTHER_VERSION = 'another version';

export interface RunningProps {
  messenger: Messenger & LockFacade;
  invite: Accessor<string | null>;
  update: UpdatePorts;
  shared: App['shared'];
  toasts: Toasts;
}

export function Running(props: RunningProps): JSX.Element {
  const { t } = useWords();
  // Of this messenger alone: another one comes with a view of its own.
  const { messenger, toasts } = props;
  const status = byField(useQuery(messenger, () => ({ query: 'status' as const })));
  const [chats, setChats] = createSignal<readonly ChatSummary[]>();
  const named = createNamed<ChatSummary>(({ chat }) => chat);
  onCleanup(
    messenger.subscribe({ query: 'chats' }, (all) => {
      batch(() => {
        named.set(all);
        setChats(all);
      });
    }),
  );
  const nav = createNavigation(history, window);
  const kept = useQuery(messenger, () => ({ query: 'drafts' as const }));
  // A chat that is being forgotten keeps no draft either.
  const drafts = new Drafts((chat, text) => {
    messenger.keepDraft(chat, text).catch(() => undefined);
  });
  createComputed(() => drafts.hear(kept() ?? []));
  const [settled, setSettled] = createSignal(false);
  const settling = setTimeout(() => setSettled(true), SETTLING);
  const [link, setLink] = createSignal(props.invite());
  createEffect(on(props.invite, (invite) => setLink(invite), { defer: true }));
  // Another one may have been opened meanwhile.
  const done = (invite: string) => setLink((now) => (now === invite ? null : now));

  const attempt = async <T,>(work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      toasts.say(t().problem[error instanceof Problem ? error.code : 'failed']);
      return undefined;
    }
  };

  const kick = () => {
    if (document.visibilityState === 'visible') void messenger.kick();
    else drafts.flush();
  };
  const flush = () => drafts.flush();
  window.addEventListener('pagehide', flush);
  window.addEventListener('online', kick);
  document.addEventListener('visibilitychange', kick);
  onCleanup(() => {
    clearTimeout(settling);
    window.removeEventListener('pagehide', flush);
    window.removeEventListener('online', kick);
    document.removeEventListener('visibilitychange', kick);
  });

  createEffect(() => {
    const unread = status()?.unread ?? 0;
    document.title = unread > 0 ? `(${unread}) ${t().appName}` : t().appName;
  });

  const busy = () =>
    drafts.any ||
    link() !== null ||
    (chats() ?? []).some(({ last }) => last?.state === 'waiting' || last?.state === 'sending');
  // A server of another version may not even say which build it serves.
  const served = () => status()?.build || (status()?.outdated ? OTHER_VERSION : '');
  const update = () => updateFor(props.update, served(), busy());
  const [refused, setRefused] = createSignal<Refused>();
  let renewing = false;
  const renew = async () => {
    if (renewing) return;
    renewing = true;
    setRefused(await reloadFor(props.update, served()));
    renewing = false;
  };
  createEffect(() => {
    if (update() === 'reload') void renew();
  });

  return (
    <Show when={kept() && status()} fallback={<Starting />}>
      {(known) => (
        <AppContext.Provider
          value={{
            messenger,
            lock: messenger,
            status: known,
            chats: () => chats() ?? [],
            chat: named,
            nav,
            drafts,
            settled,
            build: props.update.own,
            shared: props.shared,
            attempt,
            say: toasts.say,
          }}
        >
          <Show
            when={known().me}
            fallback={
              <Show when={link()} fallback={<Welcome onLink={setLink} />} keyed>
                {(invite) => <Arrive link={invite} onDone={() => done(invite)} />}
              </Show>
            }
          >
            <Panes
              loaded={chats() !== undefined}
              newBuild={update() === 'tell' && !refused()}
              refused={refused()}
              onReload={renew}
              onLink={setLink}
            />
            <Show when={link()} keyed>
              {(invite) => <Arrive link={invite} onDone={() => done(invite)} />}
            </Show>
          </Show>
        </AppContext.Provider>
      )}
    </Show>
  );
}
