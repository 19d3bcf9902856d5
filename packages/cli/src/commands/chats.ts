/** `polynya chats`: every chat, the one with the newest message first. */
import type { ChatSummary } from '@polynya/messenger/api';
import { answer } from '../client/answers.ts';
import { catchUp } from '../client/catch-up.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { cleanLine, excerpt } from '../render/clean.ts';
import { chatJson } from '../render/json-lines.ts';
import { shortId } from '../render/units.ts';
import { print } from '../terminal.ts';

export const chats = command({
  options: { ...profileOption, json: { type: 'boolean' } },
  takes: [0, 0],
  async run({ profile, json }, _, terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      await catchUp(messenger, terminal);
      const all = await answer(messenger, { query: 'chats' });
      print(terminal, ...all.map(json ? chatJson : line));
      if (all.length === 0 && !json) print(terminal, 'No chats yet: polynya invite-to');
    });
  },
});

function line({ chat, title, saved, state, unread, last }: ChatSummary): string {
  const unnamed = saved ? '(saved messages)' : '(waiting for the one invited)';
  const parts = [shortId(chat), cleanLine(title) || unnamed];
  if (state !== 'active') parts.push(`(${state})`);
  if (unread > 0) parts.push(`(${unread} new)`);
  if (last) parts.push(`${last.mine ? 'you' : cleanLine(last.sender)}: ${excerpt(last.text)}`);
  return parts.join('  ');
}
