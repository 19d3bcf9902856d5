/** `polynya pin CHAT`: what is kept at the top of a chat, and one message more or less there. */
import type { FoundView } from '@polynya/messenger/chats-api';
import { allSent } from '../client/all-sent.ts';
import { catchUp } from '../client/catch-up.ts';
import { findChat, findMessage } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { Failure } from '../failure.ts';
import { cleanLine, excerpt } from '../render/clean.ts';
import { localTime, shortId } from '../render/units.ts';
import { print } from '../terminal.ts';

export const pin = command({
  options: { ...profileOption, off: { type: 'boolean' } },
  takes: [1, 2],
  async run({ profile, off = false }, [wanted = '', which], terminal) {
    if (off && which === undefined) throw new Failure('Say which MESSAGE is to be let go.', 2);
    await withPerson(profile, terminal, async (messenger) => {
      await catchUp(messenger, terminal);
      const { chat } = await findChat(messenger, wanted);
      if (which === undefined) {
        return print(terminal, ...(await messenger.pinned(chat)).map(line));
      }
      const { id } = await findMessage(messenger, chat, which);
      await messenger.pin(chat, id, !off);
      await allSent(messenger, terminal);
    });
  },
});

function line({ message, at, name, text }: FoundView): string {
  return `${shortId(message)}  ${localTime(at)}  ${cleanLine(name)}: ${excerpt(text)}`;
}
