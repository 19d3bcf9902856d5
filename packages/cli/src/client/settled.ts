/** Waiting until every chat has the devices that its person has. */
import type { Messenger } from '@polynya/messenger/api';
import type { Terminal } from '../terminal.ts';
import { answer } from './answers.ts';

/** ms */
const PATIENCE = 60_000;

/** @returns false when it takes too long, or the user ends it: then it goes on when the profile is next used */
export async function settled(messenger: Messenger, { ended }: Terminal): Promise<boolean> {
  const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE), ended]);
  try {
    await answer(messenger, { query: 'devices' }, ({ unsettled }) => unsettled === 0, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
