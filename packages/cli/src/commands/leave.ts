/** `polynya leave CHAT`: returns when the server has it, so that the others hear of it. */
import { answer } from '../client/answers.ts';
import { catchUp } from '../client/catch-up.ts';
import { findChat } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { Failure } from '../failure.ts';
import { cleanLine } from '../render/clean.ts';
import { print } from '../terminal.ts';

/** ms */
const PATIENCE = 60_000;

export const leave = command({
  options: { ...profileOption },
  takes: [1, 1],
  async run({ profile }, [wanted = ''], terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      await catchUp(messenger, terminal);
      const { chat, title } = await findChat(messenger, wanted);
      await messenger.leave(chat);
      const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE), terminal.ended]);
      const gone = answer(
        messenger,
        { query: 'chat', chat },
        (detail) => !detail || !['active', 'request'].includes(detail.state),
        signal,
      );
      await gone.catch((error) => {
        if (!signal.aborted) throw error;
        throw new Failure('Not left yet: it happens when polynya next runs with this profile.');
      });
      print(terminal, `You left "${cleanLine(title)}".`);
    });
  },
});
