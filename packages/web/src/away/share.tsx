/** What another app shared: the person says which chat it is for, and it waits there until they send it. */

import type { ChatId } from '@polynya/messenger/api';
import { createSignal, type JSX, Show } from 'solid-js';
import { ChatPicker } from '../hand/chat-picker.tsx';
import type { Shared } from '../shell/shared.ts';
import { useApp } from '../state/app.ts';
import { useExtraWords } from '../words/use-words.ts';

export function Share(): JSX.Element {
  const { t } = useExtraWords();
  const { shared, nav, drafts } = useApp();
  const [given, setGiven] = createSignal<Shared | null>(null);
  void shared?.then((answer) => {
    history.replaceState(history.state, '', location.pathname);
    if (answer && 'shared' in answer) setGiven(answer.shared);
  });
  const put = (chat: ChatId, { text, files }: Shared) => {
    if (text !== '') drafts.set(chat, [drafts.get(chat), text].filter(Boolean).join('\n'));
    nav.open(chat);
    if (files.length > 0) nav.bring(files);
  };
  return (
    <Show when={given()}>
      {(items) => (
        <ChatPicker
          title={t().shareTo}
          writable
          onChoose={(chat) => put(chat, items())}
          onClose={() => queueMicrotask(() => setGiven(null))}
        />
      )}
    </Show>
  );
}
