/** `polynya leave CHAT`. */
import { catchUp } from '../client/catch-up.ts';
import { findChat } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { cleanLine } from '../render/clean.ts';
import { print } from '../terminal.ts';

export const leave = command({
  options: { ...profileOption },
  takes: [1, 1],
  async run({ profile }, [wanted = ''], terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      await catchUp(messenger, terminal);
      const { chat, title } = await findChat(messenger, wanted);
      await messenger.leave(chat);
      print(terminal, `You left "${cleanLine(title)}".`);
    });
  },
});
