/** `polynya withdraw LINK`: an invite made here lets nobody in any more. */
import { allSent } from '../client/all-sent.ts';
import { catchUp } from '../client/catch-up.ts';
import { openInvites } from '../client/open-invites.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { Failure } from '../failure.ts';

export const withdraw = command({
  options: { ...profileOption },
  takes: [1, 1],
  async run({ profile }, [link = ''], terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      await catchUp(messenger, terminal);
      const open = await openInvites(messenger);
      const found = open.find(({ invite }) => invite.link === link.trim());
      if (!found) throw new Failure('No such invite of yours is open: see polynya invites');
      await messenger.withdraw(found.chat, found.invite.id);
      await allSent(messenger, terminal);
    });
  },
});
