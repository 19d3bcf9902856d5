/** What is kept at the top of a chat, by a file that loads where there is something: most chats have nothing. */
import { createMemo, type JSX, Show } from 'solid-js';
import { laterFrom } from '../later.tsx';
import { useChat } from './chat-context.ts';

const later = laterFrom(() => import('./pinned-bar.tsx'));
const PinnedBar = later((file) => file.PinnedBar, true);

export function Pins(): JSX.Element {
  const { detail } = useChat();
  // Also when the last one was let go: it can be taken back.
  const some = createMemo<boolean>((had) => had || detail().pins.length > 0, false);
  return (
    <Show when={some()}>
      <PinnedBar />
    </Show>
  );
}
