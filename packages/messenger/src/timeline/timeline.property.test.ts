/** Whatever way the same contents are told, people see the same: the rules of the timeline, at random. */
import { fromHex, toHex } from '@polynya/protocol/bytes';
import type { Content } from '@polynya/protocol/content';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PersonId } from '../api.ts';
import {
  ANNA,
  BORIS,
  CHAT,
  edit,
  fileOf,
  from,
  id,
  ME,
  pin,
  react,
  receipt,
  remove,
  TestTimeline,
  text,
} from '../test/test-timeline.ts';
import type { Arrived, Happened } from './arrived.ts';
import { pinsOf } from './pins.ts';

const LENGTH = 12;
const seq = fc.integer({ min: 1, max: LENGTH });
const person = fc.constantFrom<PersonId>(ME, ANNA, BORIS);
const mentions = fc.constantFrom<string[]>([], [ME], [ANNA]);
const words = fc.constantFrom('ice', 'water', '');
const content: fc.Arbitrary<Content> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(words, seq, mentions)
      .map(([w, reply, m]) => text(w, { reply, mentions: m })),
  },
  { weight: 3, arbitrary: fc.tuple(seq, words, mentions).map(([n, w, m]) => edit(n, w, m)) },
  { weight: 1, arbitrary: seq.map(remove) },
  {
    weight: 3,
    arbitrary: fc.tuple(seq, fc.constantFrom('🐻', '👍', '')).map(([n, e]) => react(n, e)),
  },
  { weight: 2, arbitrary: fc.tuple(fc.nat(20), fc.nat(20)).map(([d, r]) => receipt(d, r)) },
  { weight: 1, arbitrary: fc.constantFrom(fileOf(1), fileOf(1e6)) },
  { weight: 1, arbitrary: fc.constant<Content>({ kind: 'unknown', text: 'later' }) },
  { weight: 2, arbitrary: fc.boolean().map(poll) },
  { weight: 4, arbitrary: fc.tuple(seq, fc.array(fc.nat(3), { maxLength: 3 })).map(vote) },
  { weight: 1, arbitrary: seq.map(close) },
  { weight: 4, arbitrary: fc.tuple(seq, fc.boolean()).map(([n, on]) => pin(n, on)) },
);
function poll(several: boolean): Content {
  return { kind: 'poll', text: 'Tea?', options: ['Yes', 'No', 'Later'], several };
}
function vote([n, options]: [number, number[]]): Content {
  return { kind: 'vote', text: '', target: fromHex(id(n)), options };
}
function close(n: number): Content {
  return { kind: 'close', text: '', target: fromHex(id(n)) };
}
const log = fc
  .array(fc.tuple(person, content), { minLength: 1, maxLength: LENGTH })
  .map((said) => said.map(([sender, what], i) => from(sender, i + 1, what)));

/** The log again: in pieces of any size, each told once or more. */
const told = log.chain((entries) =>
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 2 })), {
      minLength: LENGTH,
      maxLength: LENGTH,
    })
    .map((cuts) => {
      const batches: Arrived[][] = [];
      let at = 0;
      for (const [size, times] of cuts) {
        const batch = entries.slice(at, at + size);
        if (batch.length > 0) for (let i = 0; i < times; i++) batches.push(batch);
        at += size;
      }
      return { entries, batches };
    }),
);

/** All that a person can see of it. */
async function seen(chat: TestTimeline) {
  const [page, summary, firstUnread, pins] = await Promise.all([
    chat.page(),
    chat.summary(),
    chat.timeline.firstUnread(CHAT),
    pinsOf(chat.store, CHAT),
  ]);
  return { page, summary, firstUnread, pins };
}

async function oneByOne(entries: readonly Arrived[]) {
  const chat = await TestTimeline.open();
  for (const entry of entries) await chat.tell(entry);
  return chat;
}

async function agree(entries: readonly Arrived[], tell: (chat: TestTimeline) => Promise<void>) {
  const [expected, actual] = [await oneByOne(entries), await TestTimeline.open()];
  await tell(actual);
  expect(await seen(actual)).toEqual(await seen(expected));
  await expected.store.close();
  await actual.store.close();
}

it('in any batches, each told again, it is as one by one', async () => {
  await fc.assert(
    fc.asyncProperty(told, ({ entries, batches }) =>
      agree(entries, async (chat) => {
        for (const batch of batches) await chat.tell(...batch);
      }),
    ),
  );
});

it('in any order, it is as in the log’s', async () => {
  const shuffled = log.chain((entries) =>
    fc.record({
      entries: fc.constant(entries),
      order: fc.shuffledSubarray(entries, { minLength: entries.length }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(shuffled, ({ entries, order }) => {
      // What was not met cannot have been read: the mark is held to the last entry met, so it comes first.
      const last: Happened = { chat: CHAT, seq: LENGTH, at: 0, event: { event: 'created' } };
      const expected = [...entries];
      return agreeAfter(last, expected, order);
    }),
  );
});

it('a poll is counted alike by all, whatever order its votes and its closing come in', async () => {
  const said = fc.oneof(
    { weight: 5, arbitrary: fc.array(fc.nat(3), { maxLength: 2 }).map((to) => vote([1, to])) },
    { weight: 1, arbitrary: fc.constant(close(1)) },
  );
  const asked = fc.boolean().map((several) => from(ANNA, 1, poll(several)));
  const others = fc
    .array(fc.tuple(person, said), { maxLength: LENGTH })
    .map((all) => all.map(([sender, what], i) => from(sender, i + 2, what)));
  const heard = fc
    .tuple(asked, others)
    .map(([first, rest]) => [first, ...rest])
    .chain((entries) =>
      fc.tuple(fc.constant(entries), fc.shuffledSubarray(entries, { minLength: entries.length })),
    );
  const last: Happened = { chat: CHAT, seq: 2 * LENGTH, at: 0, event: { event: 'created' } };
  await fc.assert(fc.asyncProperty(heard, ([entries, order]) => agreeAfter(last, entries, order)));
});

async function agreeAfter(first: Happened, entries: readonly Arrived[], order: readonly Arrived[]) {
  const [expected, actual] = [await TestTimeline.open(), await TestTimeline.open()];
  await expected.tell(first);
  for (const entry of entries) await expected.tell(entry);
  await actual.tell(first, ...order);
  expect(await seen(actual)).toEqual(await seen(expected));
  await expected.store.close();
  await actual.store.close();
}

it('one’s own, typed before and met in the log at any time, are as those of another device', async () => {
  // Own amendments follow only what members would: what the view offers is typed, the rest is not.
  await fc.assert(
    fc.asyncProperty(
      log,
      fc.array(fc.boolean(), { minLength: LENGTH, maxLength: LENGTH }),
      (entries, early) =>
        agree(entries, async (chat) => {
          const typed = new Set<string>();
          const type = async ({ content: what, seq: n }: Arrived) => {
            await chat.type(n, what).then(
              () => typed.add(id(n)),
              () => undefined,
            );
          };
          const plain = (entry: Arrived) => entry.sender === ME && entry.content.kind !== 'receipt';
          for (const entry of entries) {
            if (plain(entry) && early[entry.seq - 1] && 'text' in entry.content) await type(entry);
          }
          for (const entry of entries) {
            if (plain(entry) && !typed.has(entry.id)) await type(entry);
            if (typed.has(entry.id)) {
              await chat.write((timeline) => timeline.sent(CHAT, entry.id, entry.seq));
            } else {
              await chat.tell(entry);
            }
          }
        }),
    ),
  );
});

it('the counts are those of the rows', async () => {
  await fc.assert(
    fc.asyncProperty(log, fc.nat(LENGTH), async (entries, mark) => {
      const chat = await TestTimeline.open();
      await chat.tell(...entries);
      await chat.write((timeline) => timeline.read(CHAT, mark));
      const { read } = await chat.timeline.marks(CHAT);
      const unread = (await chat.messages()).filter(
        ({ mine, deleted, seq: n }) => !mine && !deleted && n !== null && n > read,
      );
      const summary = await chat.summary();
      expect(summary.unread).toBe(unread.length);
      expect(summary.mentioned).toBe(unread.some((message) => message.mentions.includes(ME)));
      expect(await chat.timeline.firstUnread(CHAT)).toBe(unread[0]?.seq ?? null);
      await chat.store.close();
    }),
  );
});

it('of each message the last word on pinning it stands, unless it was deleted', async () => {
  await fc.assert(
    fc.asyncProperty(log, async (entries) => {
      const chat = await TestTimeline.open();
      await chat.tell(...entries);
      const standing = (await chat.messages()).flatMap(({ id: message, seq: n, deleted }) => {
        const last = entries.findLast(
          ({ content: what }) => what.kind === 'pin' && toHex(what.target) === message,
        );
        return last?.content.kind === 'pin' && last.content.on && !deleted
          ? [{ by: last.seq, seq: n }]
          : [];
      });
      const expected = standing.sort((a, b) => b.by - a.by).map(({ seq: n }) => n);
      expect(await chat.pins()).toEqual(expected);
      await chat.store.close();
    }),
  );
});

it('nobody’s words change but by their sender, and nothing deleted comes back', async () => {
  await fc.assert(
    fc.asyncProperty(log, async (entries) => {
      const chat = await TestTimeline.open();
      await chat.tell(...entries);
      for (const message of await chat.messages()) {
        const own = entries.filter(({ sender }) => sender === message.sender);
        const about = own.filter(
          ({ content: what }) =>
            'target' in what && Buffer.compare(what.target, fromHex(message.id)) === 0,
        );
        const kinds = about.map(({ content: what }) => what.kind);
        expect(message.deleted).toBe(kinds.includes('delete'));
        const editable = !message.deleted && message.poll === null;
        expect(message.edited).toBe(kinds.includes('edit') && editable);
        if (message.deleted) expect([message.text, message.file]).toEqual(['', null]);
      }
      await chat.store.close();
    }),
  );
});
