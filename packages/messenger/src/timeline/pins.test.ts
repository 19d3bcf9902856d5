import { type Cbor, decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { beforeEach, expect, it } from 'vitest';
import {
  ANNA,
  BORIS,
  CHAT,
  eachTimeline,
  edit,
  from,
  id,
  ME,
  pin,
  remove,
  text,
} from '../test/test-timeline.ts';
import { pinsOf } from './pins.ts';
import { keys } from './row.ts';

const chat = eachTimeline();
beforeEach(async () => {
  await chat.tell(
    from(ANNA, 1, text('one')),
    from(BORIS, 2, text('two')),
    from(ME, 3, text('three')),
  );
});

it('anybody’s message is pinned by anybody, and let go by anybody', async () => {
  await chat.tell(from(BORIS, 4, pin(1)), from(ANNA, 5, pin(3)));
  expect(await chat.pins()).toEqual([3, 1]);
  await chat.tell(from(ANNA, 6, pin(1, false)));
  expect(await chat.pins()).toEqual([3]);
});

it('pinned again, it is the one pinned last', async () => {
  await chat.tell(from(ANNA, 4, pin(1)), from(ANNA, 5, pin(2)), from(BORIS, 6, pin(1)));
  expect(await chat.pins()).toEqual([1, 2]);
});

it('what is deleted for all, hidden here or over is pinned no more, and nothing of it is kept', async () => {
  const gone = {
    kind: 'wrapped',
    text: '',
    after: 60,
    forwarded: false,
    said: text('four'),
  } as const;
  await chat.tell(from(ANNA, 4, gone as never));
  await chat.tell(...[1, 2, 4].map((n, i) => from(ANNA, 5 + i, pin(n))));
  expect(await chat.pins()).toEqual([4, 2, 1]);
  await chat.tell(from(ANNA, 9, remove(1)));
  await chat.write((timeline) => timeline.hide(CHAT, id(2)));
  const [[due] = ['']] = await chat.store.range('expiry', {});
  await chat.write((timeline) => timeline.expire(CHAT, [due]));
  expect(await chat.store.range('timeline', keys.pins(CHAT))).toEqual([]);
  await chat.tell(from(ANNA, 10, pin(1)), from(ANNA, 11, pin(2)), from(ANNA, 12, pin(4)));
  expect(await chat.pins()).toEqual([]);
});

it('one’s own shows at once, and no more once it is refused', async () => {
  await chat.type(4, pin(2));
  expect(await chat.pins()).toEqual([2]);
  await chat.write((timeline) => timeline.state(CHAT, id(4), 'failed', 'failed'));
  expect(await chat.pins()).toEqual([]);
  expect(await chat.shown(2)).toMatchObject({ undone: 'pin' });
  await chat.type(5, pin(2));
  await chat.write((timeline) => timeline.sent(CHAT, id(5), 5));
  await chat.type(6, pin(2, false));
  expect(await chat.pins()).toEqual([]);
  await chat.write((timeline) => timeline.discard(CHAT, id(6)));
  expect(await chat.pins()).toEqual([2]);
});

it('an edit gives it another version, so that whoever shows it asks anew', async () => {
  await chat.tell(from(ANNA, 4, pin(1)));
  const [before] = await pinsOf(chat.store, CHAT);
  await chat.tell(from(ANNA, 5, edit(1, 'other words')));
  const [after] = await pinsOf(chat.store, CHAT);
  expect(after?.seq).toBe(1);
  expect(after?.version).not.toBe(before?.version);
});

it('what the log does not have yet is not pinned', async () => {
  await chat.type(4, text('four'));
  await expect(chat.type(5, pin(4))).rejects.toMatchObject({ code: 'not-allowed' });
});

it('of many those pinned last are shown', async () => {
  const many = Array.from({ length: 40 }, (_, i) => 10 + i);
  await chat.tell(...many.map((n) => from(ANNA, n, text(`${n}`))));
  await chat.tell(...many.map((n) => from(ANNA, n + 100, pin(n))));
  expect(await chat.pins()).toEqual(many.reverse().slice(0, 32));
  // The others are pinned still, which whoever lets one go has to know.
  expect(await chat.shown(10)).toMatchObject({ pinned: true });
  await chat.tell(from(ANNA, 150, pin(10, false)));
  expect(await chat.shown(10)).toMatchObject({ pinned: false });
});

it('a row that an earlier version stored is read as never pinned', async () => {
  const key = keys.logged(CHAT, 1);
  const stored = decodeCbor((await chat.store.get('timeline', key)) ?? new Uint8Array());
  const older = encodeCbor((stored as Cbor[]).slice(0, -1));
  await chat.store.apply([{ table: 'timeline', key, value: older }]);
  expect(await chat.texts()).toEqual(['one', 'two', 'three']);
  await chat.tell(from(ANNA, 4, pin(1)));
  expect(await chat.pins()).toEqual([1]);
});
