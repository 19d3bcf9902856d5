/** `polynya rename CHAT TITLE`: the group has another name, for everybody in it. */
import { allSent } from '../client/all-sent.ts';
import { catchUp } from '../client/catch-up.ts';
import { findChat } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';

export const rename = command({
  options: { ...profileOption },
  takes: [2, 2],
  async run({ profile }, [wanted = '', title = ''], terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      await catchUp(messenger, terminal);
      const { chat } = await findChat(messenger, wanted);
      await messenger.setTitle(chat, title);
      await allSent(messenger, terminal);
    });
  },
});
