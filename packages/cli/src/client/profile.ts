/**
 * A person on this machine: a folder (0700) with the sealed store and the key that opens it. The store's
 * lock keeps a second process away, so a device has one writer.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { AppStatus } from '@polynya/messenger/api';
import type { NodeMessenger } from '@polynya/messenger/open-node-messenger';
import { Failure } from '../failure.ts';
import { cleanLine } from '../render/clean.ts';
import { localTime } from '../render/units.ts';
import { note, type Terminal } from '../terminal.ts';
import { failureOf, problemWords } from '../words.ts';
import { answer } from './answers.ts';
import { openProfile } from './open-profile.ts';

/** `--profile`, else POLYNYA_PROFILE, else the user's data folder (XDG base directories). */
export function profileFolder(given: string | undefined, env: Terminal['env']): string {
  const chosen = given ?? env.POLYNYA_PROFILE;
  if (chosen) return resolve(chosen);
  const data = env.XDG_DATA_HOME || join(homedir(), '.local', 'share');
  return join(data, 'polynya', 'default');
}

/**
 * Runs `work` with the messenger of a profile and closes it in any case.
 * @throws Failure for everything that a person can do something about
 */
export async function withMessenger<T>(
  given: string | undefined,
  terminal: Terminal,
  work: (messenger: NodeMessenger) => Promise<T>,
): Promise<T> {
  const folder = profileFolder(given, terminal.env);
  try {
    const log = terminal.env.POLYNYA_DEBUG ? (line: string) => note(terminal, line) : () => {};
    const messenger = await openProfile(folder, log);
    try {
      return await work(messenger);
    } finally {
      await messenger.close();
    }
  } catch (error) {
    throw failureOf(error, folder) ?? error;
  }
}

function removedWords({ by, at }: NonNullable<AppStatus['removed']>): string {
  const whose = by === '' ? 'another of your devices' : `"${cleanLine(by)}"`;
  return `This device was taken out by ${whose} on ${localTime(at)}: link it again with another --profile.`;
}

/** As `withMessenger`, for what only somebody who has joined can do. */
export function withPerson<T>(
  given: string | undefined,
  terminal: Terminal,
  work: (messenger: NodeMessenger, me: NonNullable<AppStatus['me']>) => Promise<T>,
): Promise<T> {
  return withMessenger(given, terminal, async (messenger) => {
    const { me, removed } = await answer(messenger, { query: 'status' });
    if (!me) throw new Failure(problemWords['not-registered']);
    if (removed) throw new Failure(removedWords(removed));
    return work(messenger, me);
  });
}
