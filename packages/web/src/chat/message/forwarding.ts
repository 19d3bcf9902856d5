/** Messages sent on to another chat, and shown so: what was said by whom stays where it was said. */
import { type ChatId, type MessageView, type Messenger, Problem } from '@polynya/messenger/api';

/** In the order in which they are given. @throws Problem 'not-found': a file that is not on this device */
export async function forward(
  messenger: Messenger,
  from: ChatId,
  to: ChatId,
  messages: readonly MessageView[],
): Promise<void> {
  if (messages.some(({ file }) => file && file.state !== 'here')) throw new Problem('not-found');
  for (const { id, text, file, poll } of messages) {
    if (poll) {
      // Asked anew: what was chosen elsewhere stays there.
      const options = poll.options.map((option) => option.text);
      await messenger.poll(to, { question: text, options, several: poll.several });
      continue;
    }
    if (!file) {
      await messenger.send(to, { text, forwarded: true });
      continue;
    }
    const { name, thumb, wave, album, round, width, height, duration } = file;
    const about = {
      name,
      width,
      height,
      duration,
      round,
      forwarded: true,
      ...(thumb && { thumb }),
      ...(wave && { wave }),
      album,
      ...(text !== '' && { caption: text }),
    };
    await messenger.sendFile(to, await messenger.fileBlob(from, id), about);
  }
}
