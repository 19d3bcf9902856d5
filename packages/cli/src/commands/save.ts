/** `polynya save CHAT MESSAGE [PATH]`: fetches a file that was sent and puts it where it is wanted. */
import { catchUp } from '../client/catch-up.ts';
import { findChat, findMessage } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { saveFile } from '../files/save-file.ts';
import { print } from '../terminal.ts';

export const save = command({
  options: { ...profileOption },
  takes: [2, 3],
  async run({ profile }, [wanted = '', message = '', path = '.'], terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      await catchUp(messenger, terminal);
      const { chat } = await findChat(messenger, wanted);
      const found = await findMessage(messenger, chat, message);
      print(terminal, await saveFile(messenger, chat, found, path, terminal));
    });
  },
});
