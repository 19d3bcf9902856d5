/** Waiting until the server has what was sent, with the progress of a file on the way. */
import type { ChatId, MessageId, MessageView, Messenger } from '@polynya/messenger/api';
import { Failure } from '../failure.ts';
import { shortId } from '../render/units.ts';
import type { Terminal } from '../terminal.ts';
import { problemWords, stateWords } from '../words.ts';
import { answer } from './answers.ts';
import { Progress } from './progress.ts';

/** An own message just sent is among so many of the newest. */
const NEWEST = 200;

/**
 * Resolves when the server has stored the message.
 * @throws Failure when it failed, when `seconds` are over, or when the user ends it: then it still waits
 *   in the outbox, and goes when the profile is next used
 */
export async function stored(
  messenger: Messenger,
  chat: ChatId,
  id: MessageId,
  { seconds, terminal }: { readonly seconds: number; readonly terminal: Terminal },
): Promise<void> {
  const patience = AbortSignal.timeout(seconds * 1000);
  const signal = AbortSignal.any([patience, terminal.ended]);
  const progress = new Progress(terminal);
  let state: MessageView['state'] = 'waiting';
  try {
    await answer(
      messenger,
      { query: 'messages', chat, limit: NEWEST },
      ({ messages }) => {
        const message = messages.find((one) => one.id === id);
        state = message?.state ?? state;
        progress.show(message);
        if (message?.state !== 'failed') return message?.seq != null;
        throw new Failure(`Not sent. ${problemWords[message.problem ?? 'failed']}`);
      },
      signal,
    );
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Failure(
      `Not sent yet (${stateWords[state]}): message ${shortId(id)} stays in the outbox and goes when polynya next runs with this profile.`,
    );
  } finally {
    progress.end();
  }
}
