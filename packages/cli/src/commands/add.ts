/** `polynya add CHAT PERSON...`: people known from other chats enter this one, at once and without a link. */
import { allSent } from '../client/all-sent.ts';
import { catchUp } from '../client/catch-up.ts';
import { findChat, personIn } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';

export const add = command({
  options: { ...profileOption },
  takes: [2, 100],
  async run({ profile }, [wanted = '', ...names], terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      await catchUp(messenger, terminal);
      const { chat } = await findChat(messenger, wanted);
      const known = await messenger.people();
      const people = names.map((name) => personIn(known, name).person);
      await messenger.add(chat, people);
      await allSent(messenger, terminal);
    });
  },
});
