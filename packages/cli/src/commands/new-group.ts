/** `polynya new-group TITLE`: a group with nobody in it yet but its creator. */
import { allSent } from '../client/all-sent.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { shortId } from '../render/units.ts';
import { print } from '../terminal.ts';

export const newGroup = command({
  options: { ...profileOption },
  takes: [1, 1],
  async run({ profile }, [title = ''], terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      const { chat } = await messenger.createGroup(title);
      await allSent(messenger, terminal);
      print(terminal, shortId(chat));
    });
  },
});
