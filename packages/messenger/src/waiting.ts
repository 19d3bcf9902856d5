/** Waiting for what was asked of a conversation to be so, and no longer than a person does. */
import { type ChatId, Problem } from './api.ts';
import type { Intent } from './conversation/commits.ts';
import type { Device } from './device.ts';

/** ms that a person waits for a Commit before hearing that there is no line. */
const PATIENCE = 30_000;
/** ms that a person waits where the log takes no more Commits for now. */
const LIMITED = 180_000;

/**
 * Settles once it is in the log.
 * @throws Problem 'offline', or 'rate' where the log takes only so many Commits, if that takes too long; it may
 * still come to be
 */
export async function commit(device: Device, chat: ChatId, build: Intent['build']): Promise<void> {
  const { clock } = device.ports;
  const conversation = device.conversation(chat);
  const { done, cancel } = conversation.change(build);
  const since = clock.now();
  const look = () => {
    const { commitsLimited } = conversation;
    if (!commitsLimited) cancel(new Problem('offline'));
    else if (clock.now() - since >= LIMITED) cancel(new Problem('rate'));
    else stop = clock.setTimeout(look, PATIENCE);
  };
  let stop = clock.setTimeout(look, PATIENCE);
  await done.finally(() => stop());
}

/** Settles once `there` says so; it is asked again whenever the chat changes. @throws Problem, what `late` says */
export function reached(
  device: Device,
  chat: ChatId,
  there: () => Promise<boolean>,
  patience = PATIENCE,
  late: () => Problem = () => new Problem('offline'),
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: unknown) => {
      off();
      stop();
      device.closing.removeEventListener('abort', ended);
      if (error) reject(error);
      else resolve();
    };
    const ended = () => settle(device.closing.reason);
    const look = () => {
      there().then((is) => is && settle(), settle);
    };
    const off = device.changes.on([`chat/${chat}`], look);
    const stop = device.ports.clock.setTimeout(() => settle(late()), patience);
    device.closing.addEventListener('abort', ended);
    look();
  });
}
