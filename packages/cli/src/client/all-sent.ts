/** Waiting until the server has what a command said, so that others hear of it though this program ends. */
import type { Messenger } from '@polynya/messenger/api';
import { Failure } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import { answer } from './answers.ts';

/** ms */
const PATIENCE = 60_000;

/** @throws Failure when it takes too long, or the user ends it: then it goes when the profile is next used */
export async function allSent(messenger: Messenger, terminal: Terminal): Promise<void> {
  const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE), terminal.ended]);
  try {
    await answer(messenger, { query: 'status' }, ({ sending }) => sending === 0, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Failure('Not sent yet: it goes when polynya next runs with this profile.');
  }
}
