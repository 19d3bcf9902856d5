/** Does what was typed in `polynya chat`, and answers the lines to show for it. */
import { basename } from 'node:path';
import type { ChatId, Messenger } from '@polynya/messenger/api';
import type { Looking } from '@polynya/messenger/open-node-messenger';
import { openFile } from '../files/open-file.ts';
import { saveFile } from '../files/save-file.ts';
import { lineWords } from '../render/line.ts';
import { peopleLines } from '../render/people.ts';
import type { Terminal } from '../terminal.ts';
import { failureOf } from '../words.ts';
import { answer } from './answers.ts';
import { type ChatLine, chatCommands } from './chat-line.ts';
import { findMessage } from './find.ts';
import { nearLines } from './near-lines.ts';

/** @param looking for members in this network, where that is done. Whatever goes wrong is among the lines; only bugs are thrown. */
export async function act(
  messenger: Messenger,
  chat: ChatId,
  line: ChatLine,
  terminal: Terminal,
  looking: Looking | null,
): Promise<readonly string[]> {
  try {
    return await done(messenger, chat, line, terminal, looking);
  } catch (error) {
    const failure = failureOf(error);
    if (failure) return [`! ${failure.message}`];
    throw error;
  }
}

async function done(
  messenger: Messenger,
  chat: ChatId,
  line: ChatLine,
  terminal: Terminal,
  looking: Looking | null,
): Promise<readonly string[]> {
  const meant = async (wanted: string) => findMessage(messenger, chat, wanted);
  switch (line.say) {
    case 'text':
      await messenger.send(chat, { text: line.text });
      return [];
    case 'reply':
      await messenger.send(chat, { text: line.text, reply: (await meant(line.message)).id });
      return [];
    case 'edit':
      await messenger.edit(chat, (await meant(line.message)).id, line.text);
      return [];
    case 'react':
      await messenger.react(chat, (await meant(line.message)).id, line.emoji);
      return [];
    case 'delete':
      await messenger.delete(chat, (await meant(line.message)).id);
      return [];
    case 'pin':
    case 'unpin':
      await messenger.pin(chat, (await meant(line.message)).id, line.say === 'pin');
      return [];
    case 'file':
      await messenger.sendFile(chat, await openFile(line.path), { name: basename(line.path) });
      return [];
    case 'save': {
      const message = await meant(line.message);
      return [`Saved: ${await saveFile(messenger, chat, message, line.path, terminal)}`];
    }
    case 'people':
      return peopleLines((await answer(messenger, { query: 'chat', chat }))?.people ?? []);
    case 'line':
      return [lineWords(await answer(messenger, { query: 'status' }))];
    case 'help':
      return Object.values(chatCommands).map(([usage, what]) => `${usage.padEnd(24)} ${what}`);
    case 'wrong':
      return [line.usage ? `! It goes ${line.usage}` : '! There is no such command: see /help'];
    case 'near':
      return nearLines(looking);
    case 'quit':
    case 'nothing':
      return [];
  }
}
