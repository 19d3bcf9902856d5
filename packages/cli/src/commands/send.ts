/**
 * `polynya send CHAT TEXT`: returns when the server has stored it; the exit code says whether it has. With `--at` it
 * waits in this profile, and goes when polynya runs with it then or later.
 */
import { findChat } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { stored } from '../client/stored.ts';
import { command, profileOption, wholeNumber } from '../command.ts';
import { Failure } from '../failure.ts';
import { localTime, shortId } from '../render/units.ts';
import { print } from '../terminal.ts';

export const send = command({
  options: {
    ...profileOption,
    wait: { type: 'string' },
    at: { type: 'string' },
    silent: { type: 'boolean' },
  },
  takes: [2, 2],
  async run({ profile, wait, at, silent = false }, [wanted = '', text = ''], terminal) {
    const seconds = wholeNumber('--wait', wait, 60, [1, 86_400]);
    await withPerson(profile, terminal, async (messenger) => {
      const { chat } = await findChat(messenger, wanted);
      if (at !== undefined) {
        const planned = timeOf(at);
        const later = await messenger.schedule(chat, { text, at: planned, silent });
        const when = localTime(planned);
        print(terminal, `${shortId(later.id)}  goes when polynya runs here at ${when} or later`);
        return;
      }
      const { id } = await messenger.send(chat, { text, silent });
      await stored(messenger, chat, id, { seconds, terminal });
      print(terminal, shortId(id));
    });
  },
});

/** @throws Failure: no time, or one that is over */
function timeOf(given: string): number {
  const at = Date.parse(given);
  if (at > Date.now()) return at;
  throw new Failure(`--at takes a time to come, as 2026-12-31T09:00, not "${given}".`, 2);
}
