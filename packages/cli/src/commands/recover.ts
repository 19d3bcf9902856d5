/** `polynya recover LINK`: becomes the person of a recovery phrase, on a profile that has none. */
import { hostname } from 'node:os';
import { allSent } from '../client/all-sent.ts';
import { answer } from '../client/answers.ts';
import { askLine } from '../client/ask-line.ts';
import { withMessenger } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { cleanLine } from '../render/clean.ts';
import { print } from '../terminal.ts';

export const recover = command({
  options: { ...profileOption, name: { type: 'string', short: 'n' } },
  takes: [1, 1],
  async run({ profile, name }, [link = ''], terminal) {
    await withMessenger(profile, terminal, async (messenger) => {
      print(terminal, 'Type the recovery phrase:');
      const called = name?.trim() || `A terminal on ${hostname()}`.slice(0, 64);
      await messenger.recover(link, await askLine(terminal), called);
      await allSent(messenger, terminal);
      const { me } = await answer(messenger, { query: 'status' });
      print(
        terminal,
        `You are ${cleanLine(me?.name ?? '')} again, and your lost devices are out.`,
        'Your chats come as their members answer: polynya chats',
      );
    });
  },
});
