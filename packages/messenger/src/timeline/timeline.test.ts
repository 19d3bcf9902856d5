import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileKeys } from '../files/file-record.ts';
import {
  ANNA,
  BORIS,
  CHAT,
  eachTimeline,
  edit,
  fileOf,
  from,
  id,
  ME,
  TestTimeline,
  text,
} from '../test/test-timeline.ts';
import type { Happened } from './arrived.ts';

const chat = eachTimeline();

it('the list of chats has what was said to an album, also where a picture without words came last', async () => {
  const picture = (place: number, caption = '') => {
    const { file } = fileOf(5);
    const type = `image/jpeg;album=0123456789abcdef.${place}`;
    return { ...fileOf(5, caption), file: { ...file, type } };
  };
  await chat.tell(
    from(ANNA, 1, picture(0, 'The river today')),
    from(ANNA, 2, picture(1)),
    from(BORIS, 3, text('oh')),
    from(ANNA, 4, picture(2)),
  );
  expect((await chat.summary()).last).toMatchObject({ text: 'The river today', at: 4000 });
  await chat.tell(from(ANNA, 5, fileOf(5)));
  expect((await chat.summary()).last?.text).toBe('ice.jpg');
});

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
    expect(await chat.page()).toEqual({
      messages: [],
      more: false,
      newer: false,
      firstUnread: null,
    });
    expect(await chat.summary()).toEqual({
      last: null,
      unread: 0,
      mentioned: false,
      passing: false,
      at: 0,
    });
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
    const page = await chat.timeline.page(CHAT, 9, { names, tag: () => null, others: [] });
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
