/** Two panes, the list and the chat; on a phone one of them at a time. */
import { type JSX, Show } from 'solid-js';
import { ChatView } from './chat/chat-view.tsx';
import { MOD_NAME } from './hand/keys.ts';
import { AppKeys, Away, Banners, ReleaseNews } from './later.tsx';
import { ListPane } from './list/list-pane.tsx';
import './panes.css';
import { useApp } from './state/app.ts';
import type { Refused } from './state/update.ts';
import { Emblem } from './ui/emblem.tsx';
import { useWords } from './words/use-words.ts';

export interface PanesProps {
  /** The list of chats is known. */
  loaded: boolean;
  /** The server has a newer page, which cannot be loaded just now. */
  newBuild: boolean;
  /** A newer one that was not taken. */
  refused: Refused | undefined;
  onReload(): void;
  /** A link was pasted. */
  onLink(link: string): void;
}

export function Panes(props: PanesProps): JSX.Element {
  const { t } = useWords();
  const { nav, chat, chats, settled } = useApp();
  // A chat that was forgotten, or is in the history of another life of this device.
  const open = () => chat.of(nav.chat() ?? '')?.chat;
  return (
    <main class="panes" classList={{ 'in-chat': open() !== undefined }}>
      <h1 class="visually-hidden">{t().appName}</h1>
      <Show when={settled()}>
        <AppKeys />
        <Away />
        <ReleaseNews />
      </Show>
      <Banners newBuild={props.newBuild} refused={props.refused} onReload={props.onReload} />
      <nav class="panes-list" aria-label={t().chats}>
        <ListPane loaded={props.loaded} onLink={props.onLink} />
      </nav>
      <div class="panes-chat">
        <Show
          when={open()}
          keyed
          fallback={
            <div class="panes-empty">
              <Emblem size={96} />
              <p>{chats().length > 0 ? t().chooseChat : t().tagline}</p>
              <p class="panes-hint">{t().keysHint(MOD_NAME)}</p>
            </div>
          }
        >
          {(chat) => <ChatView chat={chat} />}
        </Show>
      </div>
    </main>
  );
}
