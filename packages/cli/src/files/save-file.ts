/** Puts a file that was sent where it is wanted, and never over another or out of the folder named. */
import { open, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { MessageView, Messenger } from '@polynya/messenger/api';
import { answer } from '../client/answers.ts';
import { Progress } from '../client/progress.ts';
import { Failure, systemCode } from '../failure.ts';
import { cleanLine } from '../render/clean.ts';
import type { Terminal } from '../terminal.ts';
import { problemWords } from '../words.ts';

/** Messages in which the fetched one is looked for. */
const WINDOW = 2_000;

/**
 * Fetches the file and writes it to `path`, or under its own name into the folder `path`.
 * Answers where it is now. @throws Failure
 */
export async function saveFile(
  messenger: Messenger,
  chat: string,
  message: MessageView,
  path: string,
  terminal: Terminal,
): Promise<string> {
  if (!message.file) throw new Failure('There is no file in that message.');
  const target = await targetFor(path, message.file.name);
  const progress = new Progress(terminal);
  try {
    await messenger.fetchFile(chat, message.id);
    await answer(
      messenger,
      { query: 'messages', chat, limit: WINDOW },
      ({ messages }) => {
        const now = messages.find(({ id }) => id === message.id);
        progress.show(now);
        if (now?.file?.state !== 'failed') return now?.file?.state === 'here';
        throw new Failure(`Not saved. ${problemWords[now.problem ?? 'failed']}`);
      },
      terminal.ended,
    );
  } finally {
    progress.end();
  }
  await write(target, await messenger.fileBlob(chat, message.id));
  return target;
}

async function targetFor(path: string, name: string): Promise<string> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return resolve(isFolder ? join(path, safeName(name)) : path);
}

/** A name that every file system takes, that hides nothing, stays in its folder and is no dot file. */
export function safeName(name: string): string {
  const safe = cleanLine(name)
    .replaceAll(/[/\\:*?"<>|]/g, '_')
    .replace(/^\.+/, '_');
  return safe.slice(0, 120) || 'file';
}

async function write(path: string, file: Blob): Promise<void> {
  try {
    const handle = await open(path, 'wx');
    try {
      for await (const piece of file.stream()) await handle.writeFile(piece);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = systemCode(error);
    const why = code === 'EEXIST' ? 'exists already: say another path' : 'cannot be written';
    throw new Failure(`${path} ${why}${code && code !== 'EEXIST' ? ` (${code})` : ''}.`, 1, error);
  }
}
