import { describe, expect, it } from 'vitest';
import {
  ANNA,
  CHAT,
  eachTimeline,
  edit,
  from,
  ME,
  react,
  receipt,
  text,
} from '../test/test-timeline.ts';

const chat = eachTimeline();

describe('unread', () => {
  it('are others’ messages beyond the read mark, and mentions of me among them', async () => {
    await chat.tell(from(ANNA, 1, text('one')), from(ANNA, 2, text('two', { mentions: [ME] })));
    await chat.tell(from(ME, 3, text('mine')), from(ANNA, 4, text('four')));
    expect(await chat.summary()).toMatchObject({ unread: 3, mentioned: true });
    await chat.write((timeline) => timeline.read(CHAT, 1));
    expect(await chat.summary()).toMatchObject({ unread: 2, mentioned: true });
    await chat.write((timeline) => timeline.read(CHAT, 3));
    expect(await chat.summary()).toMatchObject({ unread: 1, mentioned: false });
    await chat.write((timeline) => timeline.read(CHAT, 1));
    expect((await chat.summary()).unread).toBe(1);
    await chat.write((timeline) => timeline.read(CHAT, 2 ** 50));
    await chat.tell(from(ANNA, 5, text('five')));
    expect((await chat.summary()).unread).toBe(1);
  });

  it('are counted right wherever the mark stops among many', async () => {
    await chat.tell(...Array.from({ length: 1_300 }, (_, i) => from(ANNA, i + 1, text('x'))));
    for (const mark of [1, 2, 514, 515, 1_100, 1_299]) {
      await chat.write((timeline) => timeline.read(CHAT, mark));
      expect((await chat.summary()).unread).toBe(1_300 - mark);
      expect(await chat.timeline.firstUnread(CHAT)).toBe(mark + 1);
    }
  });

  it('an edit can bring a mention, and take it back', async () => {
    await chat.tell(from(ANNA, 1, text('one')), from(ANNA, 2, edit(1, 'you', [ME])));
    expect((await chat.summary()).mentioned).toBe(true);
    await chat.tell(from(ANNA, 3, edit(1, 'nobody')));
    expect(await chat.summary()).toMatchObject({ mentioned: false, unread: 1 });
  });

  it('my receipt from another device moves the mark, but not beyond itself', async () => {
    await chat.tell(from(ANNA, 1, text('one')), from(ANNA, 2, text('two')));
    await chat.tell(from(ME, 3, receipt(2 ** 50, 1)));
    expect((await chat.summary()).unread).toBe(1);
    await chat.tell(from(ME, 4, receipt(0, 2 ** 50)), from(ANNA, 5, text('five')));
    expect((await chat.summary()).unread).toBe(1);
    expect(await chat.timeline.marks(CHAT)).toEqual({ read: 3, top: 5 });
  });

  it('a page that is opened learns where they begin', async () => {
    expect(await chat.timeline.firstUnread(CHAT)).toBeNull();
    await chat.tell(from(ANNA, 1, text('one')), from(ME, 2, text('mine')));
    await chat.write((timeline) => timeline.read(CHAT, 2));
    await chat.tell(from(ME, 3, text('mine')), from(ANNA, 4, react(1, '🐻')));
    expect(await chat.timeline.firstUnread(CHAT)).toBeNull();
    await chat.tell(from(ANNA, 5, text('five')), from(ANNA, 6, text('six')));
    expect(await chat.timeline.firstUnread(CHAT)).toBe(5);
    const page = await chat.timeline.page(
      CHAT,
      9,
      { names: () => '', tag: () => null, others: [] },
      5,
    );
    expect(page.firstUnread).toBe(5);
  });
});

it('typing a receipt moves the own mark at once', async () => {
  await chat.tell(from(ANNA, 1, text('one')));
  await chat.type(9, receipt(1, 1));
  expect((await chat.summary()).unread).toBe(0);
});
