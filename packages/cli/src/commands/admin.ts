/** `polynya admin CHAT PERSON [--off]`: makes somebody an admin, or takes that back. */
import { allSent } from '../client/all-sent.ts';
import { catchUp } from '../client/catch-up.ts';
import { findMember } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';

export const admin = command({
  options: { ...profileOption, off: { type: 'boolean' } },
  takes: [2, 2],
  async run({ profile, off = false }, [wanted = '', name = ''], terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      await catchUp(messenger, terminal);
      const { chat, person } = await findMember(messenger, wanted, name);
      await messenger.setAdmin(chat, person, !off);
      await allSent(messenger, terminal);
    });
  },
});
