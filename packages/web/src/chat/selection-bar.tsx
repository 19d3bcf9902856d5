/** In the composer's place while messages are being selected: how many, and what can be done with all of them. */
import type { ChatId } from '@polynya/messenger/api';
import { createSignal, type JSX, onCleanup, onMount, Show } from 'solid-js';
import { ChatPicker } from '../hand/chat-picker.tsx';
import { useApp } from '../state/app.ts';
import { IconButton } from '../ui/button.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';
import { DeleteDialog } from './message/delete-dialog.tsx';
import { forward } from './message/forwarding.ts';
import './selection-bar.css';

export function SelectionBar(): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt, nav, say } = useApp();
  const { detail, messages, selected, select } = useChat();
  const [open, setOpen] = createSignal<'forward' | 'delete'>();
  const chosen = () => messages().filter(({ id }) => selected()?.has(id));
  const none = () => chosen().length === 0;
  const end = () => select(null);
  const copy = async () => {
    const lines = chosen().map(({ name, text, file }) => `${name}: ${text || (file?.name ?? '')}`);
    const text = chosen().length === 1 ? chosen()[0]?.text : lines.join('\n');
    await navigator.clipboard.writeText(text ?? '');
    say(t().copied);
    end();
  };
  const send = async (to: ChatId) => {
    const all = chosen();
    const done = await attempt(forward(messenger, detail().chat, to, all).then(() => true));
    if (!done) return;
    end();
    nav.open(to);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    end();
  };
  document.addEventListener('keydown', keys);
  let bar!: HTMLDivElement;
  // The button that led here is gone.
  onMount(() => bar.querySelector('button')?.focus());
  onCleanup(() => document.removeEventListener('keydown', keys));

  return (
    <div ref={bar} class="selection-bar" role="toolbar" aria-label={t().selection}>
      <IconButton icon="close" label={t().stopSelecting} onClick={end} />
      <strong aria-live="polite">{t().selectedCount(chosen().length)}</strong>
      <IconButton
        icon="copy"
        label={t().copyText}
        disabled={none()}
        onClick={() => attempt(copy())}
      />
      <IconButton
        icon="forward"
        label={t().forward}
        disabled={none()}
        onClick={() => setOpen('forward')}
      />
      <IconButton
        icon="trash"
        label={t().delete}
        disabled={none()}
        onClick={() => setOpen('delete')}
      />
      <Show when={open() === 'forward'}>
        <ChatPicker
          title={t().forwardTo}
          writable
          onChoose={send}
          onClose={() => setOpen(undefined)}
        />
      </Show>
      <Show when={open() === 'delete'}>
        <DeleteDialog messages={chosen()} onDone={end} onClose={() => setOpen(undefined)} />
      </Show>
    </div>
  );
}
