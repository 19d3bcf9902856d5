/** Waiting for what was said while this profile was closed, before a command shows or does something. */
import type { Messenger } from '@polynya/messenger/api';
import { note, type Terminal } from '../terminal.ts';
import { answer } from './answers.ts';

/** How long a command waits for a server before it shows what is here, ms. */
const PATIENCE = 10_000;

/** Resolves when everything the server has is here, or when that takes too long: that is noted on stderr. */
export async function catchUp(messenger: Messenger, terminal: Terminal): Promise<void> {
  const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE), terminal.ended]);
  let answered = false;
  try {
    await answer(
      messenger,
      { query: 'status' },
      ({ line, syncing }) => {
        answered = line === 'online';
        return answered && !syncing;
      },
      signal,
    );
  } catch (error) {
    if (!signal.aborted) throw error;
    const why = answered ? 'Not everything has come yet' : 'The server does not answer';
    note(terminal, `${why}: this is what was here already.`);
  }
}
