/** Finds words in the messages of the open chat that are on this device, the newest first. */
import { createMemo, createSignal, type JSX, onCleanup } from 'solid-js';
import { useApp } from '../state/app.ts';
import { useQuery } from '../state/query.ts';
import { IconButton } from '../ui/button.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';
import './chat-search.css';
import { messagesWith } from './find-words.ts';

/** The newest messages looked at: as many as a jump reaches. */
const WITHIN = 3000;

export function ChatSearch(): JSX.Element {
  const { t } = useExtraWords();
  const { messenger } = useApp();
  const { detail, goTo, search } = useChat();
  const page = useQuery(
    messenger,
    () => ({ query: 'messages' as const, chat: detail().chat, limit: WITHIN }),
    'id',
  );
  const [text, setText] = createSignal('');
  const [at, setAt] = createSignal(0);
  const found = createMemo(() => messagesWith(text(), page()?.messages ?? []));
  let field!: HTMLInputElement;
  queueMicrotask(() => field.focus());
  const opener = document.activeElement;
  onCleanup(() => opener instanceof HTMLElement && opener.isConnected && opener.focus());

  const go = (to: number) => {
    const all = found();
    if (all.length === 0) return;
    const next = (to + all.length) % all.length;
    setAt(next);
    const id = all[next];
    if (id !== undefined) goTo(id);
  };
  const count = () => {
    if (text().trim() === '') return '';
    return found().length === 0 ? t().foundNothing : t().foundAt(at() + 1, found().length);
  };

  return (
    <search class="chat-search">
      <input
        ref={field}
        class="field-input"
        type="search"
        aria-label={t().findInChat}
        placeholder={t().findInChat}
        onInput={(event) => {
          setText(event.currentTarget.value);
          go(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') search(false);
          else if (event.key === 'Enter') go(at() + (event.shiftKey ? -1 : 1));
          else return;
          event.preventDefault();
        }}
      />
      <output class="chat-search-count">{count()}</output>
      <IconButton
        icon="up"
        label={t().foundOlder}
        disabled={found().length === 0}
        onClick={() => go(at() + 1)}
      />
      <IconButton
        icon="down"
        label={t().foundNewer}
        disabled={found().length === 0}
        onClick={() => go(at() - 1)}
      />
      <IconButton icon="close" label={t().close} onClick={() => search(false)} />
    </search>
  );
}
