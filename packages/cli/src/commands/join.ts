/** `polynya join LINK --name NAME`: becomes a person on a server, or enters one more chat. */
import { type Messenger, Problem } from '@polynya/messenger/api';
import { allSent } from '../client/all-sent.ts';
import { answer } from '../client/answers.ts';
import { withMessenger } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { Failure } from '../failure.ts';
import { cleanLine } from '../render/clean.ts';
import { shortId } from '../render/units.ts';
import { print, type Terminal } from '../terminal.ts';

/** ms */
const PATIENCE = 60_000;

export const join = command({
  options: { ...profileOption, name: { type: 'string', short: 'n' } },
  takes: [1, 1],
  async run({ profile, name }, [link = ''], terminal) {
    await withMessenger(profile, terminal, async (messenger) => {
      const { me } = await answer(messenger, { query: 'status' });
      if (!me && !name?.trim()) {
        throw new Failure('Say what others should call you: polynya join LINK --name NAME', 2);
      }
      const joining = me ? messenger.join(link) : messenger.register(link, name?.trim() ?? '');
      const joined = await Promise.race([joining, offline(terminal)]);
      // What others should know of us goes out before this program ends.
      await allSent(messenger, terminal);
      print(terminal, await welcome(messenger, joined.chat));
    });
  },
});

/** What was begun by then is gone on with at the next start. @throws Problem after a minute, or at Ctrl-C */
function offline({ ended }: Terminal): Promise<never> {
  const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE), ended]);
  return new Promise((_, reject) => {
    const refuse = () => reject(new Problem('offline'));
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
}

async function welcome(messenger: Messenger, chat: string | null): Promise<string> {
  if (chat === null) return 'You are in. Invite somebody: polynya invite-to';
  const detail = await answer(messenger, { query: 'chat', chat });
  return `You are in "${cleanLine(detail?.title ?? '')}". Read it: polynya read ${shortId(chat)}`;
}
