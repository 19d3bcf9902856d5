/** The keys that work wherever one is: the chat picker, the list of shortcuts, the way from chat to chat. */
import { createSignal, type JSX, onCleanup, Show } from 'solid-js';
import { Shortcuts } from '../now-and-then-later.tsx';
import { useApp } from '../state/app.ts';
import { inOrder } from '../state/chat-order.ts';
import { useExtraWords } from '../words/use-words.ts';
import { ChatPicker } from './chat-picker.tsx';
import { isLetter, isSlash, withAlt, withMod, withModShift } from './keys.ts';
import { SearchAll } from './search-all.tsx';

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

export function AppKeys(): JSX.Element {
  const { t } = useExtraWords();
  const { chats, nav } = useApp();
  const [open, setOpen] = createSignal<'picker' | 'search' | 'shortcuts'>();
  const close = () => setOpen(undefined);

  const step = (by: number) => {
    const all = inOrder(chats());
    const from = all.findIndex(({ chat }) => chat === nav.chat());
    const to = from < 0 ? 0 : Math.min(all.length - 1, Math.max(0, from + by));
    const chat = all[to]?.chat;
    if (chat !== undefined) nav.open(chat);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
    const by = withAlt(event) ? STEPS[event.key] : undefined;
    if (by !== undefined) step(by);
    else if (withMod(event) && isLetter(event, 'k')) setOpen('picker');
    else if (withModShift(event) && isLetter(event, 'f')) setOpen('search');
    else if (withMod(event) && isSlash(event)) setOpen('shortcuts');
    else return;
    event.preventDefault();
  };
  document.addEventListener('keydown', keys);
  onCleanup(() => document.removeEventListener('keydown', keys));

  return (
    <>
      <Show when={open() === 'picker'}>
        <ChatPicker title={t().findChat} onChoose={nav.open} onClose={close} />
      </Show>
      <Show when={open() === 'search'}>
        <SearchAll onClose={close} />
      </Show>
      <Show when={open() === 'shortcuts'}>
        <Shortcuts onClose={close} />
      </Show>
    </>
  );
}
