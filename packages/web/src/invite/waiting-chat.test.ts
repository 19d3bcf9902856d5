/** Which chat “New chat” shows again, and what taking its invite back does. */
import type { ChatDetail, ChatSummary, InviteView, Messenger } from '@polynya/messenger/api';
import { describe, expect, it } from 'vitest';
import { openInvite, takeBack, waitingChat } from './waiting-chat.ts';

const HOUR = 3_600_000;

const chat = (change: Partial<ChatSummary>): ChatSummary => ({
  chat: 'c',
  direct: true,
  saved: false,
  title: '',
  tag: null,
  state: 'active',
  peer: null,
  blocked: false,
  marks: { pinned: false, muted: false, archived: false, unread: false },
  last: null,
  unread: 0,
  mentioned: false,
  typing: [],
  at: 1,
  ...change,
});
const said = {
  sender: 'Me',
  mine: true,
  text: 'hello',
  at: 1,
  state: 'sent',
  silent: false,
} as const;
const invite = (id: string, expires: number): InviteView => ({ id, link: id, expires, by: 'me' });

describe('waitingChat', () => {
  it('is the newest chat of two in which nobody came and nothing was said', () => {
    const chats = [
      chat({ chat: 'group', direct: false, at: 9 }),
      chat({ chat: 'saved', saved: true, at: 9 }),
      chat({ chat: 'guest came', peer: 'p', at: 9 }),
      chat({ chat: 'something said', last: said, at: 9 }),
      chat({ chat: 'left', state: 'left', at: 9 }),
      chat({ chat: 'older', at: 2 }),
      chat({ chat: 'newer', at: 3 }),
    ];
    expect(waitingChat(chats)?.chat).toBe('newer');
    expect(waitingChat(chats.slice(0, 5))).toBeUndefined();
  });
});

/** A messenger that holds one chat and writes down what it is asked for. */
function holding(detail: Partial<ChatDetail>) {
  const asked: string[] = [];
  let state: ChatDetail['state'] = 'active';
  const part: Partial<Messenger> = {
    subscribe: (_query, listener) => {
      const now = { ...chat({}), invites: [], ...detail, state } as unknown as ChatDetail;
      (listener as (answer: ChatDetail) => void)(now);
      return () => undefined;
    },
    withdraw: async (_chat, id) => void asked.push(`withdraw ${id}`),
    leave: async () => {
      asked.push('leave');
      state = 'left';
    },
    forget: async () => void asked.push('forget'),
  };
  return { asked, messenger: part as Messenger };
}

describe('openInvite', () => {
  it('is the last one made that lasts for another day', async () => {
    const invites = [invite('a', 90 * HOUR), invite('b', 80 * HOUR), invite('c', 20 * HOUR)];
    const { messenger } = holding({ invites });
    expect((await openInvite(messenger, 'c', 0))?.id).toBe('b');
    expect(await openInvite(messenger, 'c', 70 * HOUR)).toBeNull();
  });
});

describe('takeBack', () => {
  it('withdraws the invite, leaves the chat and forgets it', async () => {
    const { messenger, asked } = holding({});
    expect(await takeBack(messenger, 'c', 'i')).toBe('gone');
    expect(asked).toEqual(['withdraw i', 'leave', 'forget']);
  });

  it('keeps the chat of a guest who came first', async () => {
    const { messenger, asked } = holding({ peer: 'guest' });
    expect(await takeBack(messenger, 'c', 'i')).toBe('came');
    expect(asked).toEqual(['withdraw i']);
  });
});
