/** Whatever is written, a page of what was kept equals the page read anew, and reads no more than it must. */
import type { Content } from '@polynya/protocol/content';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Problem } from '../api.ts';
import { fileKeys, fileRecord, INCOMING } from '../files/file-record.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { Reads } from '../store/store.ts';
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
import { keys } from '../timeline/row.ts';
import { encode } from '../timeline/stored.ts';
import { Changes } from './changes.ts';
import { KeptReads } from './kept-reads.ts';

const LENGTH = 12;
/** Ids of what is typed here, in place of seqs. */
const TYPED = 100;

async function kept(spare?: number) {
  const changes = new Changes({ setTimeout: () => () => undefined });
  const chat = new TestTimeline(changes.heard(await openSqliteStore(':memory:')));
  let read = 0;
  const counted: Reads = {
    get: (table, key) => {
      read++;
      return chat.store.get(table, key);
    },
    range: (table, range) => {
      read++;
      return chat.store.range(table, range);
    },
  };
  const reads = new KeptReads(counted, CHAT, spare);
  const end = changes.onWritten((written) => reads.wrote(written));
  const page = (limit: number, upTo?: number) => {
    reads.refresh();
    return chat.page(limit, [ANNA, BORIS], upTo, reads);
  };
  return { chat, end, page, read: () => read };
}

const seq = fc.integer({ min: 1, max: LENGTH });
const words = fc.constantFrom('ice', 'water');
const said: fc.Arbitrary<Content> = fc.oneof(
  fc.tuple(words, seq).map(([what, reply]) => text(what, { reply })),
  fc.tuple(seq, words).map(([n, what]) => edit(n, what)),
  seq.map(remove),
  fc.tuple(seq, fc.constantFrom('🐻', '')).map(([n, emoji]) => react(n, emoji)),
  fc.tuple(fc.nat(LENGTH), fc.nat(LENGTH)).map(([d, r]) => receipt(d, r)),
  fc.constant(fileOf(1)),
  seq.map((n) => pin(n)),
);

type Write = (chat: TestTimeline) => Promise<void>;
const writes = <T>(of: fc.Arbitrary<T>, write: (of: T) => Write, weight = 1) => ({
  weight,
  arbitrary: of.map(write),
});
const onTimeline = (work: Parameters<TestTimeline['write']>[0]) => (chat: TestTimeline) =>
  chat.write(work);
const typed = seq.map((n) => TYPED + n);
const senders = fc.constantFrom(ANNA, BORIS, ME);
const broken = encode(fileRecord, { ...INCOMING, state: 'failed' });
const written: fc.Arbitrary<Write> = fc.oneof(
  writes(fc.tuple(senders, seq, said), (entry) => (chat) => chat.tell(from(...entry)), 6),
  writes(fc.tuple(typed, said), (what) => (chat) => chat.type(...what), 3),
  writes(fc.tuple(typed, seq), ([n, to]) => onTimeline((all) => all.sent(CHAT, id(n), to)), 2),
  writes(typed, (n) => onTimeline((all) => all.state(CHAT, id(n), 'failed'))),
  writes(typed, (n) => onTimeline((all) => all.discard(CHAT, id(n)))),
  writes(seq, (n) => onTimeline((all) => all.hide(CHAT, id(n))), 4),
  writes(seq, (n) => onTimeline((all) => all.expire(CHAT, [keys.logged(CHAT, n)]))),
  writes(seq, (n) => onTimeline((all) => all.read(CHAT, n))),
  writes(fc.constant(null), () => onTimeline((all) => all.forget(CHAT))),
  writes(seq.map(id), (message) => async ({ store }) => {
    const key = fileKeys.record(CHAT, message);
    await store.apply([{ table: 'file', key, value: broken }]);
  }),
);

it('equals the page read anew, after whatever was written, however little is kept beyond it', async () => {
  const view = fc.record({ limit: fc.integer({ min: 1, max: 6 }), upTo: fc.option(seq) });
  const bursts = fc.array(fc.array(written, { minLength: 1, maxLength: 4 }), { maxLength: 16 });
  await fc.assert(
    fc.asyncProperty(view, fc.nat(3), bursts, async ({ limit, upTo }, spare, all) => {
      const { chat, page } = await kept(spare);
      for (let n = 1; n <= LENGTH; n++) await chat.tell(from(ANNA, n, text(`${n}`)));
      await page(limit, upTo ?? undefined);
      for (const burst of all) {
        for (const write of burst) {
          await write(chat).catch((error: unknown) => {
            // What nobody may do changes nothing.
            if (!(error instanceof Problem)) throw error;
          });
        }
        const anew = await chat.page(limit, [ANNA, BORIS], upTo ?? undefined);
        expect(await page(limit, upTo ?? undefined)).toEqual(anew);
      }
      await chat.store.close();
    }),
    { numRuns: 60 },
  );
});

it('reads nothing for a reaction, an edit, a message or a receipt', async () => {
  const { chat, page, read } = await kept();
  for (let n = 1; n <= 40; n++) await chat.tell(from(ANNA, n, text(`${n}`)));
  await page(20);
  const before = read();
  await chat.tell(from(BORIS, 41, react(30, '👍')), from(ANNA, 42, edit(30, 'thirty')));
  await chat.tell(from(BORIS, 43, text('more')), from(BORIS, 44, receipt(40, 40)));
  const { messages } = await page(20);
  expect(messages.map((one) => one.text)).toEqual([
    ...wordsFrom(22, 30),
    'thirty',
    ...wordsFrom(31, 41),
    'more',
  ]);
  expect(read()).toBe(before);
});

it('leaves out nothing where the page grew beyond what is kept, and lost rows after that', async () => {
  const { chat, page } = await kept(1);
  for (let n = 1; n <= 12; n++) await chat.tell(from(ANNA, n, text(`${n}`)));
  await page(3);
  for (let n = 13; n <= 20; n++) await chat.tell(from(ANNA, n, text(`${n}`)));
  await page(3);
  await chat.tell(from(ANNA, 21, edit(9, 'nine')), from(ANNA, 22, edit(10, 'ten')));
  for (const n of [17, 18, 19, 20]) await chat.write((timeline) => timeline.hide(CHAT, id(n)));
  expect((await page(3)).messages.map((one) => one.text)).toEqual(wordsFrom(14, 17));
});

it('what was written while the page was read is in the next one', async () => {
  const { chat, page } = await kept();
  await chat.tell(from(ANNA, 1, text('one')));
  const first = page(5);
  await chat.tell(from(ANNA, 2, edit(1, 'two')));
  await first;
  expect((await page(5)).messages.map((one) => one.text)).toEqual(['two']);
});

it('hears nothing more once it has ended', async () => {
  const { chat, page, end } = await kept();
  await chat.tell(from(ANNA, 1, text('one')));
  await page(5);
  end();
  await chat.tell(from(ANNA, 2, text('two')));
  expect((await page(5)).messages).toHaveLength(1);
});

function wordsFrom(first: number, end: number): string[] {
  return Array.from({ length: end - first }, (_, i) => `${first + i}`);
}
