/** `polynya send-file CHAT PATH`: sealed and sent in pieces; the progress goes to stderr. */
import { basename } from 'node:path';
import { findChat } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { stored } from '../client/stored.ts';
import { command, profileOption, wholeNumber } from '../command.ts';
import { openFile } from '../files/open-file.ts';
import { shortId } from '../render/units.ts';
import { print } from '../terminal.ts';

export const sendFile = command({
  options: { ...profileOption, caption: { type: 'string' }, wait: { type: 'string' } },
  takes: [2, 2],
  async run({ profile, caption = '', wait }, [wanted = '', path = ''], terminal) {
    const seconds = wholeNumber('--wait', wait, 3600, [1, 86_400]);
    const file = await openFile(path);
    await withPerson(profile, terminal, async (messenger) => {
      const { chat } = await findChat(messenger, wanted);
      const { id } = await messenger.sendFile(chat, file, { name: basename(path), caption });
      await stored(messenger, chat, id, { seconds, terminal });
      print(terminal, shortId(id));
    });
  },
});
