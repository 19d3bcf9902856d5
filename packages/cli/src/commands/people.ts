/** `polynya people CHAT`: who is in it. */
import { answer } from '../client/answers.ts';
import { catchUp } from '../client/catch-up.ts';
import { findChat } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { personJson } from '../render/json-lines.ts';
import { peopleLines } from '../render/people.ts';
import { print } from '../terminal.ts';

export const people = command({
  options: { ...profileOption, json: { type: 'boolean' } },
  takes: [1, 1],
  async run({ profile, json }, [wanted = ''], terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      await catchUp(messenger, terminal);
      const { chat } = await findChat(messenger, wanted);
      const all = (await answer(messenger, { query: 'chat', chat }))?.people ?? [];
      print(terminal, ...(json ? all.map(personJson) : peopleLines(all)));
    });
  },
});
