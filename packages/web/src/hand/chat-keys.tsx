/** The keys of an open chat: whom to answer, the search in it, and letters that belong into the composer; and swipes. */
import type { MessageId } from '@polynya/messenger/api';
import { type JSX, onCleanup } from 'solid-js';
import { useChat } from '../chat/chat-context.ts';
import { useApp } from '../state/app.ts';
import { isLetter, withMod } from './keys.ts';
import { watchSwipes } from './swipe.ts';

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

export function ChatKeys(): JSX.Element {
  const { nav } = useApp();
  const { detail, messages, turned, turn, goTo, search, selected } = useChat();

  /** Up goes to older messages; down past the newest one answers nobody. */
  const pick = (by: number) => {
    const all = messages().filter(({ seq, event, deleted }) => seq !== null && !event && !deleted);
    const now = turned();
    const from =
      now?.to === 'reply' ? all.findIndex(({ id }) => id === now.message.id) : all.length;
    const message = all[Math.max(0, from + by)];
    turn(message ? { to: 'reply', message } : null);
    if (message) goTo(message.id);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
    const composer = document.querySelector<HTMLTextAreaElement>('.composer-text');
    const by = STEPS[event.key];
    if (withMod(event) && by !== undefined && composer && turned()?.to !== 'edit') {
      event.preventDefault();
      pick(by);
    } else if (withMod(event) && isLetter(event, 'f')) {
      event.preventDefault();
      search(true);
    } else if (composer && isTyping(event)) {
      composer.focus();
    }
  };
  document.addEventListener('keydown', keys);
  onCleanup(() => document.removeEventListener('keydown', keys));

  const answerable = (id: MessageId) =>
    messages().find((one) => one.id === id && one.seq !== null && !one.event && !one.deleted);
  onCleanup(
    watchSwipes({
      leave: nav.leave,
      mayReply: (id) =>
        detail().state === 'active' && selected() === null && answerable(id) !== undefined,
      reply: (id) => {
        const message = answerable(id);
        if (message) turn({ to: 'reply', message });
      },
    }),
  );
  return null;
}

/** A letter that would go nowhere: nothing that takes text has the focus. */
function isTyping({ key, ctrlKey, metaKey, altKey, target }: KeyboardEvent): boolean {
  const elsewhere = target instanceof Element && target.closest('input, textarea, [popover]');
  return !elsewhere && /^[\p{L}\p{N}]$/u.test(key) && !ctrlKey && !metaKey && !altKey;
}
