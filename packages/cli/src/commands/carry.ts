/**
 * `polynya carry out FILE` and `polynya carry in FILE`: what the server does not have yet, on a stick. Whoever takes a
 * file in reads at once what it has for them; with a line they put it into the log for those who wrote it, too.
 */
import { open, readFile, stat } from 'node:fs/promises';
import type { ChatId, MessageId } from '@polynya/messenger/api';
import { BUNDLE } from '@polynya/messenger/carry/bundle';
import { CarryError, type CarryErrorCode } from '@polynya/messenger/carry/carry-error';
import type { NodeMessenger } from '@polynya/messenger/open-node-messenger';
import { allSent } from '../client/all-sent.ts';
import { answer } from '../client/answers.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption, wholeNumber } from '../command.ts';
import { Failure, systemCode } from '../failure.ts';
import { cleanLine } from '../render/clean.ts';
import { messageLines, namesIn } from '../render/messages.ts';
import { print, type Terminal } from '../terminal.ts';

/** So many of the newest messages are looked through for what came. */
const LOOKED_THROUGH = 1_000;

const refusals: Readonly<Record<CarryErrorCode, string>> = {
  'too-big': 'This is no file that polynya carried out: it is too big.',
  'not-for-us':
    'Nothing in this file is for you: it is for other chats, or no file that polynya carried out.',
  damaged: 'This file is damaged: carry it out again.',
};

export const carry = command({
  options: { ...profileOption, wait: { type: 'string' } },
  takes: [2, 2],
  async run({ profile, wait }, [way = '', path = ''], terminal) {
    const seconds = wholeNumber('--wait', wait, 10, [0, 86_400]);
    if (way !== 'out' && way !== 'in') {
      throw new Failure('It goes polynya carry out FILE, or polynya carry in FILE.', 2);
    }
    await withPerson(profile, terminal, async (messenger) => {
      if (way === 'out') await carryOut(messenger, path, terminal);
      else await carryIn(messenger, path, seconds, terminal);
    });
  },
});

async function carryOut({ carry }: NodeMessenger, path: string, terminal: Terminal): Promise<void> {
  const { file, messages } = await carry.out();
  if (messages === 0)
    throw new Failure('Nothing to carry: no message that can be carried waits here.');
  await writeNew(path, file);
  print(
    terminal,
    `${counted(messages)} in ${cleanLine(path)}, sealed for the members of their chats.`,
  );
}

async function carryIn(
  messenger: NodeMessenger,
  path: string,
  seconds: number,
  terminal: Terminal,
): Promise<void> {
  const { messages, fresh, strange } = await taken(messenger, await readSmall(path));
  print(terminal, `${counted(messages)} for you, ${fresh.length} of them new.`);
  for (const { chat, id } of fresh) await show(messenger, chat, id, terminal);
  if (strange > 0) {
    print(
      terminal,
      `${counted(strange)} left out: nobody whom this device knows in that chat has signed it.`,
    );
  }
  if (!(await online(messenger, seconds, terminal))) {
    print(
      terminal,
      'The server does not answer: it gets them from their authors, or when you take this file in again.',
    );
    return;
  }
  const count = await messenger.carry.handIn();
  await allSent(messenger, terminal);
  if (count > 0) print(terminal, `The server has them now: ${counted(count)} handed in.`);
}

/** With the title of its chat. */
async function show(messenger: NodeMessenger, chat: ChatId, id: MessageId, terminal: Terminal) {
  const { messages } = await answer(messenger, { query: 'messages', chat, limit: LOOKED_THROUGH });
  const detail = await answer(messenger, { query: 'chat', chat });
  const message = messages.find((one) => one.id === id);
  if (!message || !detail) return;
  const [first = '', ...more] = messageLines(message, namesIn([message], detail.people));
  print(terminal, `${cleanLine(detail.title)}: ${first}`, ...more);
}

async function taken({ carry }: NodeMessenger, file: Uint8Array) {
  try {
    return await carry.in(file);
  } catch (error) {
    throw error instanceof CarryError ? new Failure(refusals[error.code], 1, error) : error;
  }
}

/** Whether there is a line within `seconds`, and everything has come by it. */
async function online(messenger: NodeMessenger, seconds: number, terminal: Terminal) {
  const signal = AbortSignal.any([AbortSignal.timeout(seconds * 1_000), terminal.ended]);
  try {
    const there = { query: 'status' } as const;
    await answer(messenger, there, ({ line, syncing }) => line === 'online' && !syncing, signal);
    return true;
  } catch (error) {
    if (!signal.aborted) throw error;
    return false;
  }
}

/** Never over another file, and on the disk when it is said to be there: a stick is pulled out soon. */
async function writeNew(path: string, content: Uint8Array): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === 'EEXIST') {
      throw new Failure(`${cleanLine(path)} exists already: say another path.`);
    }
    throw new Failure(`${cleanLine(path)} cannot be written (${systemCode(error)}).`, 1, error);
  }
}

async function readSmall(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > BUNDLE) throw new Failure(refusals['too-big']);
    return await readFile(path);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${cleanLine(path)} cannot be read (${systemCode(error)}).`, 1, error);
  }
}

function counted(messages: number): string {
  return messages === 1 ? '1 message' : `${messages} messages`;
}
