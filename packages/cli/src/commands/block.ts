/** `polynya block PERSON [--off]`: what they write is not shown here any more, in no chat. */
import { catchUp } from '../client/catch-up.ts';
import { personIn } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';

export const block = command({
  options: { ...profileOption, off: { type: 'boolean' } },
  takes: [1, 1],
  async run({ profile, off = false }, [name = ''], terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      await catchUp(messenger, terminal);
      const { person } = personIn(await messenger.people(), name);
      await messenger.block(person, !off);
    });
  },
});
