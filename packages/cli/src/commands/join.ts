/** `polynya join LINK --name NAME`: becomes a person on a server, or enters one more chat. */
import type { Messenger } from '@polynya/messenger/api';
import { answer } from '../client/answers.ts';
import { catchUp } from '../client/catch-up.ts';
import { withMessenger } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { Failure } from '../failure.ts';
import { cleanLine } from '../render/clean.ts';
import { shortId } from '../render/units.ts';
import { print } from '../terminal.ts';

export const join = command({
  options: { ...profileOption, name: { type: 'string', short: 'n' } },
  takes: [1, 1],
  async run({ profile, name }, [link = ''], terminal) {
    await withMessenger(profile, terminal, async (messenger) => {
      const { me } = await answer(messenger, { query: 'status' });
      if (!me && !name?.trim()) {
        throw new Failure('Say what others should call you: polynya join LINK --name NAME', 2);
      }
      const joined = me
        ? await messenger.join(link)
        : await messenger.register(link, name?.trim() ?? '');
      // What others should know of us goes out before this program ends.
      await catchUp(messenger, terminal);
      print(terminal, await welcome(messenger, joined.chat));
    });
  },
});

async function welcome(messenger: Messenger, chat: string | null): Promise<string> {
  if (chat === null) return 'You are in. Invite somebody: polynya invite-to';
  const detail = await answer(messenger, { query: 'chat', chat });
  return `You are in "${cleanLine(detail?.title ?? '')}". Read it: polynya read ${shortId(chat)}`;
}
