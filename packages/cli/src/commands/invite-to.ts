/** `polynya invite-to [CHAT]`: a link, and its QR code on a terminal, that lets one person in. */
import { linksOf } from '@polynya/server/http/page-through';
import { findChat } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { showLinks } from '../render/links.ts';
import { localTime } from '../render/units.ts';
import { note, print } from '../terminal.ts';

export const inviteTo = command({
  options: { ...profileOption, json: { type: 'boolean' } },
  takes: [0, 1],
  async run({ profile, json }, [wanted], terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      const chat = wanted === undefined ? null : (await findChat(messenger, wanted)).chat;
      const { link: own, expires } = await messenger.invite(chat);
      const { link, through } = await linksOf(own);
      if (json) return print(terminal, JSON.stringify({ link, through, expires }));
      showLinks(terminal, link, through);
      note(terminal, `It is good for one person, until ${localTime(expires)}.`);
    });
  },
});
