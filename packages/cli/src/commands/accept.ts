/** `polynya accept CHAT`: until then nobody in it hears anything of this person. */
import { allSent } from '../client/all-sent.ts';
import { catchUp } from '../client/catch-up.ts';
import { findChat } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { Failure } from '../failure.ts';
import { cleanLine } from '../render/clean.ts';
import { print } from '../terminal.ts';

export const accept = command({
  options: { ...profileOption },
  takes: [1, 1],
  async run({ profile }, [wanted = ''], terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      await catchUp(messenger, terminal);
      const { chat, title, state } = await findChat(messenger, wanted);
      if (state !== 'request') throw new Failure(`You are in "${cleanLine(title)}" already.`);
      await messenger.accept(chat);
      await allSent(messenger, terminal);
      print(terminal, `You are in "${cleanLine(title)}" now.`);
    });
  },
});
