import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileKeys } from '../files/file-record.ts';
import {
  ANNA,
  BORIS,
  CHAT,
  edit,
  fileOf,
  from,
  id,
  ME,
  react,
  receipt,
  TestTimeline,
  text,
} from '../test/test-timeline.ts';
import type { Happened } from './arrived.ts';

let chat: TestTimeline;
beforeEach(async () => {
  chat = await TestTimeline.open();
});
afterEach(() => chat.store.close());

describe('the order of messages', () => {
  it('is the log’s, then own unsent ones as typed', async () => {
    await chat.type(90, text('first typed'));
    await chat.type(91, text('second typed'));
    await chat.tell(from(ANNA, 2, text('two')), from(BORIS, 10, text('ten')));
    expect(await chat.texts()).toEqual(['two', 'ten', 'first typed', 'second typed']);
  });

  it('moves an own message to its place once the log has it', async () => {
    await chat.type(90, text('mine'));
    await chat.type(91, text('still waiting'));
    await chat.write((timeline) => timeline.sent(CHAT, id(90), 5));
    await chat.tell(from(ANNA, 4, text('four')), from(ANNA, 6, text('six')));
    expect(await chat.texts()).toEqual(['four', 'mine', 'six', 'still waiting']);
    expect(await chat.shown(90)).toMatchObject({ seq: 5, state: 'sent', mine: true });
    expect(await chat.shown(91)).toMatchObject({ seq: null, state: 'waiting' });
  });

  it('takes an own message met in the log like any other for sent', async () => {
    await chat.type(3, text('mine'));
    await chat.tell(from(ME, 3, text('mine')));
    expect(await chat.messages()).toMatchObject([{ id: id(3), seq: 3, state: 'sent' }]);
  });

  it('is not changed by telling again, under the same id or another sender’s', async () => {
    await chat.tell(from(ANNA, 1, text('one')));
    await chat.tell(from(ANNA, 1, text('one')), { ...from(BORIS, 2, text('forged')), id: id(1) });
    expect(await chat.texts()).toEqual(['one']);
    expect((await chat.summary()).unread).toBe(1);
  });

  it('puts events among the messages, one entry’s several events side by side', async () => {
    const joined = (person: string): Happened => ({
      chat: CHAT,
      seq: 2,
      at: 2000,
      event: { event: 'joined', person, by: ANNA },
    });
    await chat.tell(from(ANNA, 1, text('one')), joined(BORIS), joined(ME), joined(BORIS));
    await chat.tell(from(ANNA, 3, text('three')));
    const messages = await chat.messages();
    expect(messages.map(({ text: words, event }) => event ?? words)).toEqual([
      'one',
      { event: 'joined', person: 'Me', by: 'Anna' },
      { event: 'joined', person: 'Boris', by: 'Anna' },
      'three',
    ]);
    expect(new Set(messages.map((message) => message.id)).size).toBe(4);
  });
});

describe('a page', () => {
  it('holds the newest, oldest first, and says whether there are older ones', async () => {
    await chat.tell(...[1, 2, 3, 4].map((seq) => from(ANNA, seq, text(`${seq}`))));
    const page = await chat.page(3);
    expect(page.messages.map((message) => message.text)).toEqual(['2', '3', '4']);
    expect(page.more).toBe(true);
    expect((await chat.page(4)).more).toBe(false);
  });

  it('is empty for a chat without messages', async () => {
    expect(await chat.page()).toEqual({ messages: [], more: false, firstUnread: null });
    expect(await chat.summary()).toEqual({ last: null, unread: 0, mentioned: false, at: 0 });
  });

  it('reads as many rows of 20,000 as of 100', async () => {
    for (let seq = 1; seq <= 20_000; seq += 2_000) {
      const batch = Array.from({ length: 2_000 }, (_, i) => from(ANNA, seq + i, text('x')));
      await chat.tell(...batch);
    }
    let rows = 0;
    const { store } = chat;
    const counting = new TestTimeline({
      get: (table, key) => store.get(table, key),
      apply: (changes) => store.apply(changes),
      close: () => store.close(),
      destroy: () => store.destroy(),
      range: async (table, range) => {
        const found = await store.range(table, range);
        rows += found.length;
        return found;
      },
    });
    const page = await counting.page(50);
    expect(page.messages.map((message) => message.seq)).toEqual(
      Array.from({ length: 50 }, (_, i) => 19_951 + i),
    );
    expect(rows).toBe(51);
    expect((await chat.summary()).unread).toBe(20_000);
  });

  it('resolves names when it is asked for', async () => {
    await chat.tell(from(ANNA, 1, text('one')));
    const names = () => 'Renamed';
    const page = await chat.timeline.page(CHAT, 9, { names, others: [] });
    expect(page.messages[0]?.name).toBe('Renamed');
  });
});

it('content of a later version shows its readable text', async () => {
  await chat.tell(from(ANNA, 1, { kind: 'unknown', text: 'A poll: tea?' }));
  expect(await chat.texts()).toEqual(['A poll: tea?']);
});

it('a sender’s clock that claims an impossible time is held to what a date can name', async () => {
  await chat.tell({ ...from(ANNA, 1, text('one')), at: Number.MAX_SAFE_INTEGER * 1000 });
  expect(new Date((await chat.shown(1)).at).getTime()).not.toBeNaN();
});

it('titles, admins, leaving and profiles are no messages', async () => {
  await chat.tell(
    from(ANNA, 1, { kind: 'title', title: 'Ice' }),
    from(ANNA, 2, { kind: 'admin', person: new Uint8Array(16), on: true }),
    from(ANNA, 3, { kind: 'leave' }),
    from(ANNA, 4, { kind: 'profile', name: 'Anya', card: null }),
  );
  expect(await chat.messages()).toEqual([]);
  expect((await chat.summary()).unread).toBe(0);
});

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
    const page = await chat.timeline.page(CHAT, 9, { names: () => '', others: [] }, 5);
    expect(page.firstUnread).toBe(5);
  });
});

describe('an own message', () => {
  it('is delivered, then read, when all others have it', async () => {
    await chat.tell(from(ME, 1, text('mine')), from(ANNA, 2, receipt(1, 1)));
    expect((await chat.shown(1)).state).toBe('sent');
    await chat.tell(from(BORIS, 3, receipt(1, 0)));
    expect((await chat.shown(1)).state).toBe('delivered');
    await chat.tell(from(BORIS, 4, receipt(0, 1)), from(BORIS, 5, receipt(0, 0)));
    expect((await chat.shown(1)).state).toBe('read');
    expect((await chat.summary()).last?.state).toBe('read');
  });

  it('does not wait for those who left, and is read by nobody where nobody is', async () => {
    await chat.tell(from(ME, 1, text('mine')), from(ANNA, 2, receipt(1, 1)));
    expect((await chat.page(9, [ANNA])).messages[0]?.state).toBe('read');
    expect((await chat.page(9, [])).messages[0]?.state).toBe('sent');
  });

  it('shows how it fares, with the reason, until the log has it', async () => {
    await chat.type(9, text('mine'));
    await chat.write((timeline) => timeline.state(CHAT, id(9), 'sending'));
    expect((await chat.shown(9)).state).toBe('sending');
    await chat.write((timeline) => timeline.state(CHAT, id(9), 'failed', 'quota'));
    expect(await chat.shown(9)).toMatchObject({ state: 'failed', problem: 'quota' });
    await chat.write((timeline) => timeline.sent(CHAT, id(9), 1));
    await chat.write((timeline) => timeline.state(CHAT, id(9), 'failed', 'quota'));
    expect(await chat.shown(9)).toMatchObject({ state: 'sent', problem: null });
  });

  it('queued again under its id keeps the edits typed since', async () => {
    await chat.type(8, fileOf(1, 'caption'));
    await chat.type(9, edit(8, 'edited'));
    await chat.type(8, fileOf(1, 'caption'));
    expect(await chat.texts()).toEqual(['edited']);
    await chat.write((timeline) => timeline.sent(CHAT, id(8), 1));
    await chat.write((timeline) => timeline.sent(CHAT, id(9), 2));
    expect(await chat.texts()).toEqual(['edited']);
  });

  it('queued again under its id keeps its place', async () => {
    await chat.type(8, text('file, without its hash'));
    await chat.type(9, text('later'));
    await chat.type(8, text('file'));
    expect(await chat.texts()).toEqual(['file', 'later']);
  });

  it('can be dropped until the log has it, its amendments with it', async () => {
    await chat.type(9, text('mine'));
    await chat.type(10, edit(9, 'edited'));
    await chat.write((timeline) => timeline.discard(CHAT, id(9)));
    expect(await chat.messages()).toEqual([]);
    const left = (await chat.store.range('timeline')).map(([key]) => key);
    expect(left).toEqual([`${CHAT}/c`]);
    await chat.tell(from(ME, 1, text('sent')));
    await chat.write((timeline) => timeline.discard(CHAT, id(1)));
    expect(await chat.texts()).toEqual(['sent']);
  });
});

it('typing a receipt moves the own mark at once', async () => {
  await chat.tell(from(ANNA, 1, text('one')));
  await chat.type(9, receipt(1, 1));
  expect((await chat.summary()).unread).toBe(0);
});

it('forgetting a chat leaves nothing of it, and others alone', async () => {
  const other = { ...from(ANNA, 1, text('other')), chat: 'd0'.repeat(16) };
  await chat.tell(other, from(ANNA, 1, fileOf(70_000)), from(ANNA, 3, edit(9, 'aside')));
  const piece = fileKeys.piece(CHAT, id(1), 1);
  await chat.store.apply([{ table: 'piece', key: piece, value: Uint8Array.of(1) }]);
  await chat.type(9, text('typed'));
  await chat.write((timeline) => timeline.forget(CHAT));
  for (const table of ['timeline', 'file', 'piece'] as const) {
    const left = await chat.store.range(table);
    expect(left.filter(([key]) => key.includes(CHAT))).toEqual([]);
  }
  expect(await chat.store.range('timeline')).toHaveLength(3);
});

it('a restart in the middle of anything finds what was applied', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'timeline-'));
  try {
    const path = join(folder, 'store.db');
    const steps: ((open: TestTimeline) => Promise<void>)[] = [
      (open) => open.type(90, text('typed')),
      (open) => open.type(91, edit(90, 'edited')),
      (open) => open.tell(from(ANNA, 5, edit(1, 'aside'))),
      (open) => open.write((timeline) => timeline.sent(CHAT, id(90), 6)),
      (open) => open.tell(from(ANNA, 1, text('one', { mentions: [ME] }))),
      (open) => open.write((timeline) => timeline.sent(CHAT, id(91), 7)),
    ];
    for (const step of steps) {
      const open = await TestTimeline.open(path);
      await step(open);
      await open.store.close();
    }
    const open = await TestTimeline.open(path);
    expect(await open.texts()).toEqual(['aside', 'edited']);
    expect(await open.summary()).toMatchObject({ unread: 1, mentioned: false });
    await open.store.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
