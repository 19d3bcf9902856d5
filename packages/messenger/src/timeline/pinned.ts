/** What the messages at the top of a chat say, for whoever looks at them; and putting one there. */
import { fromHex } from '@polynya/protocol/bytes';
import { type ChatId, type MessageId, Problem } from '../api.ts';
import type { FoundView } from '../chats-api.ts';
import { mayPin } from '../conversation/contents.ts';
import type { Device } from '../device.ts';
import { excerptName } from '../files/shown-as.ts';
import { isSmallPicture } from '../files/small-picture.ts';
import { pageView } from '../views.ts';
import { withPending } from './amendment.ts';
import { pinsOf } from './pins.ts';
import { keys, row as rowCodec } from './row.ts';
import { decode } from './stored.ts';

/** Letters of each. */
const EXCERPT = 120;

/** In the order in which it was said. @throws Problem 'not-found': no such chat */
export async function pinned(device: Device, chat: ChatId): Promise<FoundView[]> {
  const { store } = device.ports;
  const view = pageView(device, device.conversation(chat));
  const pins = (await pinsOf(store, chat)).sort((a, b) => a.seq - b.seq);
  const rows = await Promise.all(
    pins.map(async ({ seq }) => {
      const stored = await store.get('timeline', keys.logged(chat, seq));
      return stored ? decode(rowCodec, stored) : null;
    }),
  );
  return rows.flatMap((found): FoundView[] => {
    if (found?.row !== 'message' || found.deleted) return [];
    const { id: message, seq, sender, mine, at, text, file } = withPending(found);
    const words = text || (file ? excerptName(file) : '');
    return [
      {
        chat,
        message,
        seq: seq ?? 0,
        sender,
        name: view.names(sender),
        tag: view.tag(sender),
        mine,
        at,
        // By code points: a letter is not cut in two.
        text: [...words].slice(0, EXCERPT).join(''),
        marks: [],
        thumb: file?.thumb && isSmallPicture(file.thumb) ? file.thumb : null,
      },
    ];
  });
}

/** @throws Problem 'not-found', 'not-allowed', 'not-a-member' */
export async function pin(
  device: Device,
  chat: ChatId,
  message: MessageId,
  on: boolean,
): Promise<void> {
  const conversation = device.conversation(chat);
  if (!mayPin(conversation.held.state, device.self.person)) throw new Problem('not-allowed');
  await conversation.queue({ kind: 'pin', text: '', target: fromHex(message), on });
}
