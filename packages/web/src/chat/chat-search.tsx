/** Finds words in the messages of the open chat that are on this device, the newest first. */
import type { FoundView } from '@polynya/messenger/chats-api';
import { createSignal, type JSX, onCleanup } from 'solid-js';
import { useApp } from '../state/app.ts';
import { IconButton } from '../ui/button.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';
import './chat-search.css';

export function ChatSearch(): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const { detail, goTo, search } = useChat();
  const [text, setText] = createSignal('');
  const [at, setAt] = createSignal(0);
  const [found, setFound] = createSignal<readonly FoundView[]>([]);
  const [more, setMore] = createSignal(false);
  let asked = 0;
  const look = async (before?: number) => {
    const mine = ++asked;
    const wanted = { text: text(), chat: detail().chat };
    const answer = await attempt(
      messenger.search(before === undefined ? wanted : { ...wanted, before }),
    );
    // What was typed meanwhile has an answer of its own.
    if (!answer || mine !== asked) return;
    const known = before === undefined ? [] : found();
    const ids = new Set(known.map(({ message }) => message));
    setFound([...known, ...answer.found.filter(({ message }) => !ids.has(message))]);
    setMore(answer.more);
  };
  let field!: HTMLInputElement;
  queueMicrotask(() => field.focus());
  const opener = document.activeElement;
  onCleanup(() => opener instanceof HTMLElement && opener.isConnected && opener.focus());

  const go = async (to: number) => {
    if (to === found().length && more()) await look(found().at(-1)?.at);
    const all = found();
    if (all.length === 0) return;
    const next = (to + all.length) % all.length;
    setAt(next);
    const one = all[next];
    if (one) goTo(one.message, one.seq);
  };
  const count = () => {
    if (text().trim() === '') return '';
    return found().length === 0
      ? t().foundNothing
      : t().foundAt(at() + 1, `${found().length}${more() ? '+' : ''}`);
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
          void look().then(() => go(0));
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') search(false);
          else if (event.key === 'Enter') void go(at() + (event.shiftKey ? -1 : 1));
          else return;
          event.preventDefault();
        }}
      />
      <output class="chat-search-count">{count()}</output>
      <IconButton
        icon="up"
        label={t().foundOlder}
        disabled={found().length === 0}
        onClick={() => void go(at() + 1)}
      />
      <IconButton
        icon="down"
        label={t().foundNewer}
        disabled={found().length === 0}
        onClick={() => void go(at() - 1)}
      />
      <IconButton icon="close" label={t().close} onClick={() => search(false)} />
    </search>
  );
}
