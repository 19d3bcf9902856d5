/** The port is `subscribe` alone, so a list of messages stands in for the messenger. */
import type { MessagePage, MessageView, Query, QueryResult } from '@polynya/messenger/api';
import { aMessage } from '@polynya/messenger/test/a-message';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { follow } from './follow.ts';

class Chat {
  readonly messages: MessageView[] = [];
  firstUnread: number | null = null;
  readonly #watching = new Set<() => void>();

  subscribe<Q extends Query>(query: Q, listener: (result: QueryResult[Q['query']]) => void) {
    if (query.query !== 'messages') throw new Error('only messages are followed');
    const { limit } = query;
    const tell = () => {
      const page: MessagePage = {
        messages: this.messages.slice(-limit),
        more: this.messages.length > limit,
        newer: false,
        firstUnread: this.firstUnread,
      };
      listener(page as QueryResult[Q['query']]);
    };
    this.#watching.add(tell);
    queueMicrotask(tell);
    return () => void this.#watching.delete(tell);
  }

  say(count: number): void {
    for (let i = 0; i < count; i++) {
      const seq = this.messages.length + 1;
      this.messages.push(aMessage({ id: `m${seq}`, seq }));
    }
  }

  async told(): Promise<void> {
    for (const tell of [...this.#watching]) tell();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const following = async (chat: Chat, options: { limit: number; unread?: boolean }) => {
  const given: string[] = [];
  const end = follow(chat, { chat: 'c', ...options }, (messages) => {
    given.push(...messages.map(({ id, text }) => (text ? `${id} ${text}` : id)));
  });
  await new Promise((resolve) => setImmediate(resolve));
  return { given, end };
};

test('the newest come first, then each as it is said', async () => {
  const chat = new Chat();
  chat.say(5);
  const { given, end } = await following(chat, { limit: 2 });
  expect(given).toEqual(['m4', 'm5']);
  chat.say(1);
  await chat.told();
  expect(given).toEqual(['m4', 'm5', 'm6']);
  end();
  chat.say(1);
  await chat.told();
  expect(given).toHaveLength(3);
});

test('a change of what people see is given again, the rest is not', async () => {
  const chat = new Chat();
  chat.say(2);
  const { given } = await following(chat, { limit: 5 });
  chat.messages[0] = aMessage({ id: 'm1', seq: 1, text: 'edited', edited: true });
  chat.messages[1] = aMessage({ id: 'm2', seq: 2, state: 'delivered' });
  await chat.told();
  expect(given).toEqual(['m1', 'm2', 'm1 edited']);
});

test('with `unread` it begins with the first message not yet read', async () => {
  const chat = new Chat();
  chat.say(30);
  chat.firstUnread = 11;
  const { given } = await following(chat, { limit: 4, unread: true });
  expect(given).toEqual(expect.arrayContaining(['m11', 'm30']));
});

test('of bursts of any size none is missed, given twice or out of order (property)', async () => {
  const bursts = fc.array(fc.nat(40), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 9 }), bursts, async (limit, sizes) => {
      const chat = new Chat();
      chat.say(1);
      const { given } = await following(chat, { limit });
      for (const size of sizes) {
        chat.say(size);
        await chat.told();
      }
      expect(given).toEqual(chat.messages.map(({ id }) => id));
    }),
  );
});
