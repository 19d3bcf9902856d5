/** `polynya invites`: the links made here that nobody has come by yet. */
import { catchUp } from '../client/catch-up.ts';
import { openInvites } from '../client/open-invites.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { cleanLine } from '../render/clean.ts';
import { localTime } from '../render/units.ts';
import { print } from '../terminal.ts';

export const invites = command({
  options: { ...profileOption, json: { type: 'boolean' } },
  takes: [0, 0],
  async run({ profile, json }, _, terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      await catchUp(messenger, terminal);
      for (const { chat, title, invite } of await openInvites(messenger)) {
        const { link, expires } = invite;
        if (json) print(terminal, JSON.stringify({ chat, title, link, expires }));
        else print(terminal, `${link}  ${cleanLine(title)}, until ${localTime(expires)}`);
      }
    });
  },
});
