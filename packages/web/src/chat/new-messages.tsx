/** Says to screen readers what arrives while the chat is open, and nothing that was there before. */
import type { MessageView } from '@polynya/messenger/api';
import { createEffect, createSignal, type JSX } from 'solid-js';
import { called } from '../ui/tag.tsx';
import { useWords } from '../words/use-words.ts';

export function NewMessages(props: { messages: readonly MessageView[] }): JSX.Element {
  const { t } = useWords();
  const [text, setText] = createSignal('');
  let newest: number | undefined;
  createEffect(() => {
    const last = props.messages.findLast(({ seq }) => seq !== null);
    if (!last || last.seq === null) return;
    if (newest !== undefined && last.seq > newest && !last.mine && !last.event) {
      setText(
        t().newMessageFrom(called(last.name, last.tag), last.text || (last.file?.name ?? '')),
      );
    }
    newest = Math.max(newest ?? 0, last.seq);
  });
  return (
    <p class="visually-hidden" aria-live="polite">
      {text()}
    </p>
  );
}
