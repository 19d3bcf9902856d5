/** `polynya send CHAT TEXT`: returns when the server has stored it; the exit code says whether it has. */
import { findChat } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { stored } from '../client/stored.ts';
import { command, profileOption, wholeNumber } from '../command.ts';
import { shortId } from '../render/units.ts';
import { print } from '../terminal.ts';

export const send = command({
  options: { ...profileOption, wait: { type: 'string' } },
  takes: [2, 2],
  async run({ profile, wait }, [wanted = '', text = ''], terminal) {
    const seconds = wholeNumber('--wait', wait, 60, [1, 86_400]);
    await withPerson(profile, terminal, async (messenger) => {
      const { chat } = await findChat(messenger, wanted);
      const { id } = await messenger.send(chat, { text });
      await stored(messenger, chat, id, { seconds, terminal });
      print(terminal, shortId(id));
    });
  },
});
