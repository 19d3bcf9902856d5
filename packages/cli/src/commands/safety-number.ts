/** `polynya safety-number PERSON [--same]`: what both see alike if nobody stands between them; and that they did. */
import { catchUp } from '../client/catch-up.ts';
import { personIn } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { note, print } from '../terminal.ts';

export const safetyNumber = command({
  options: { ...profileOption, same: { type: 'boolean' } },
  takes: [1, 1],
  async run({ profile, same }, [name = ''], terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      await catchUp(messenger, terminal);
      const { person } = personIn(await messenger.people(), name);
      const digits = await messenger.safetyNumber(person);
      print(terminal, digits.replace(/\d{5}(?!$)/g, '$& '));
      if (same) await messenger.compare(person, true);
      note(
        terminal,
        same
          ? 'Noted as compared, on all your devices.'
          : 'Compare it when you meet or talk: the same for both means nobody is between. Then say --same.',
      );
    });
  },
});
