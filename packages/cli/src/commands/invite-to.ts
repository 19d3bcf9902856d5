/** `polynya invite-to [CHAT]`: a link, and its QR code on a terminal, that lets one person in. */
import { findChat } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { qrLines } from '../render/qr.ts';
import { localTime } from '../render/units.ts';
import { note, print } from '../terminal.ts';

export const inviteTo = command({
  options: { ...profileOption },
  takes: [0, 1],
  async run({ profile }, [wanted], terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      const chat = wanted === undefined ? null : (await findChat(messenger, wanted)).chat;
      const { link, expires } = await messenger.invite(chat);
      print(terminal, link);
      if (terminal.output.isTTY) print(terminal, ...qrLines(link));
      note(terminal, `It is good for one person, until ${localTime(expires)}.`);
    });
  },
});
