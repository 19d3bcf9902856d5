/** Waiting for what was said while this profile was closed, before a command shows or does something. */
import type { Messenger } from '@polynya/messenger/api';
import { note, type Terminal } from '../terminal.ts';
import { answer } from './answers.ts';

/** How long a command waits for a server before it shows what is here, ms. */
const PATIENCE = 10_000;
/** Nothing new for as long as the line took to come up, but at least so long, counts as caught up, ms. */
const QUIET = 400;

/** Resolves when the server has said what is new, or when it did not answer: that is noted on stderr. */
export async function catchUp(messenger: Messenger, terminal: Terminal): Promise<void> {
  const begun = performance.now();
  const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE), terminal.ended]);
  try {
    await answer(messenger, { query: 'status' }, ({ line }) => line === 'online', signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    note(terminal, 'The server does not answer: this is what was here already.');
    return;
  }
  await quiet(messenger, Math.max(QUIET, performance.now() - begun), signal);
}

/** Every chat is joined, and for `ms` nothing has changed in any. */
function quiet(messenger: Messenger, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      unsubscribe?.();
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
    const unsubscribe = messenger.subscribe({ query: 'chats' }, (chats) => {
      clearTimeout(timer);
      if (chats.every(({ state }) => state !== 'joining')) timer = setTimeout(end, ms);
    });
    if (signal.aborted) end();
  });
}
