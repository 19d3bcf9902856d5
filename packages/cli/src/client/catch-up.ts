/** Waiting for what was said while this profile was closed, before a command shows or does something. */
import type { Messenger } from '@polynya/messenger/api';
import { note, type Terminal } from '../terminal.ts';
import { answer } from './answers.ts';

/** How long a command waits for a server before it shows what is here, ms. */
const PATIENCE = 10_000;

/**
 * Resolves when everything the server has is here, or when that takes too long: that is noted on stderr.
 * @param enough aborted when nobody waits for the server any more
 */
export async function catchUp(
  messenger: Messenger,
  terminal: Terminal,
  enough?: AbortSignal,
): Promise<void> {
  const ends = [AbortSignal.timeout(PATIENCE), terminal.ended];
  const signal = AbortSignal.any(enough ? [...ends, enough] : ends);
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
    if (enough?.aborted) return;
    const why = answered ? 'Not everything has come yet' : 'The server does not answer';
    note(terminal, `${why}: this is what was here already.`);
  }
}
