/** `polynya read CHAT`: the newest messages, and with --follow those to come. Marks them as read. */
import { answer } from '../client/answers.ts';
import { catchUp } from '../client/catch-up.ts';
import { findChat } from '../client/find.ts';
import { type FeedListener, follow } from '../client/follow.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption, wholeNumber } from '../command.ts';
import { messageJson } from '../render/json-lines.ts';
import { messageLines, namesIn } from '../render/messages.ts';
import { endOf, print } from '../terminal.ts';

export const read = command({
  options: {
    ...profileOption,
    limit: { type: 'string', short: 'n' },
    json: { type: 'boolean' },
    follow: { type: 'boolean', short: 'f' },
  },
  takes: [1, 1],
  async run({ profile, limit, json, follow: stay }, [wanted = ''], terminal) {
    const newest = wholeNumber('--limit', limit, 20, [1, 10_000]);
    await withPerson(profile, terminal, async (messenger) => {
      await catchUp(messenger, terminal);
      const { chat } = await findChat(messenger, wanted);
      const people = (await answer(messenger, { query: 'chat', chat }))?.people ?? [];
      let marking: Promise<void> = Promise.resolve();
      const show: FeedListener = (messages, page) => {
        const names = namesIn(page.messages, people);
        for (const message of messages) {
          if (json) print(terminal, messageJson(message));
          else print(terminal, ...messageLines(message, names));
        }
        const seq = Math.max(0, ...messages.map((message) => message.seq ?? 0));
        if (seq > 0) marking = marking.then(() => messenger.read(chat, seq));
      };
      if (stay) {
        const end = follow(messenger, { chat, limit: newest }, show);
        await endOf(terminal);
        end();
      } else {
        const page = await answer(messenger, { query: 'messages', chat, limit: newest });
        show(page.messages, page);
      }
      await marking;
    });
  },
});
