/** `polynya remove CHAT PERSON`: they read nothing that is written from now on. */
import { catchUp } from '../client/catch-up.ts';
import { findMember } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';

export const remove = command({
  options: { ...profileOption },
  takes: [2, 2],
  async run({ profile }, [wanted = '', name = ''], terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      await catchUp(messenger, terminal);
      const { chat, person } = await findMember(messenger, wanted, name);
      await messenger.remove(chat, person);
    });
  },
});
