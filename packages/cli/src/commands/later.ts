/** `polynya later CHAT`: what waits in this profile to be sent, and what is to be done with one of it. */
import type { ScheduledView } from '@polynya/messenger/chats-api';
import { findChat, theOne } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { stored } from '../client/stored.ts';
import { command, profileOption } from '../command.ts';
import { Failure } from '../failure.ts';
import { excerpt } from '../render/clean.ts';
import { localTime, shortId } from '../render/units.ts';
import { print } from '../terminal.ts';

/** Seconds. */
const PATIENCE = 60;

export const later = command({
  options: { ...profileOption, now: { type: 'boolean' }, drop: { type: 'boolean' } },
  takes: [1, 2],
  async run({ profile, now = false, drop = false }, [wanted = '', which], terminal) {
    if ((which !== undefined) !== (now !== drop)) {
      throw new Failure('Say a MESSAGE with --now or with --drop, or neither.', 2);
    }
    await withPerson(profile, terminal, async (messenger) => {
      const { chat } = await findChat(messenger, wanted);
      const waiting = await messenger.scheduled(chat);
      if (which === undefined) return print(terminal, ...waiting.map(line));
      const { id } = theOne(which, 'message', waiting, (one) => ({ id: one.id, name: '' }));
      if (drop) return messenger.unschedule(chat, id);
      await messenger.sendScheduled(chat, id);
      await stored(messenger, chat, id, { seconds: PATIENCE, terminal });
    });
  },
});

function line({ id, at, text, silent }: ScheduledView): string {
  return `${shortId(id)}  ${localTime(at)}  ${silent ? '(silent) ' : ''}${excerpt(text)}`;
}
