import { beforeEach, describe, expect, it } from 'vitest';
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
  react,
  remove,
  text,
} from '../test/test-timeline.ts';

const chat = eachTimeline();

describe('edits', () => {
  it('by the sender replace the text, the newest by seq standing, and mark it edited', async () => {
    await chat.tell(from(ANNA, 1, text('one')));
    await chat.tell(from(ANNA, 5, edit(1, 'newest')), from(ANNA, 3, edit(1, 'older')));
    expect(await chat.shown(1)).toMatchObject({ text: 'newest', edited: true });
  });

  it('in the batch of their target find it', async () => {
    await chat.tell(from(ANNA, 1, text('one')), from(ANNA, 2, edit(1, 'two')));
    expect(await chat.texts()).toEqual(['two']);
  });

  it('by anybody else have no effect', async () => {
    await chat.tell(from(ANNA, 1, text('one')), from(BORIS, 2, edit(1, 'forged')));
    expect(await chat.shown(1)).toMatchObject({ text: 'one', edited: false });
  });

  it('do not count as unread and do not bump the order', async () => {
    await chat.tell(from(ANNA, 1, text('one')), from(ANNA, 2, text('two')));
    await chat.tell(from(ANNA, 3, edit(1, 'edited')), from(BORIS, 4, react(1, '🐻')));
    await chat.tell(from(ANNA, 5, remove(1)));
    expect(await chat.summary()).toMatchObject({ at: 2000, last: { text: 'two' }, unread: 1 });
  });

  it('of a file replace its caption', async () => {
    await chat.tell(from(ANNA, 1, fileOf(1, 'ice')), from(ANNA, 2, edit(1, 'water')));
    expect(await chat.shown(1)).toMatchObject({ text: 'water', file: { name: 'ice.jpg' } });
  });
});

describe('a deletion', () => {
  it('by the sender wipes text, file, thumb, reactions and pieces, for good', async () => {
    const evidence = new TextEncoder().encode('signed: secret words');
    const said = { ...from(ANNA, 1, fileOf(70_000, 'secret words')), evidence };
    await chat.tell(said, from(BORIS, 2, react(1, '🐻')));
    const piece = { table: 'piece' as const, key: fileKeys.piece(CHAT, id(1), 1) };
    await chat.store.apply([{ ...piece, value: Uint8Array.of(1) }]);
    await chat.tell(from(ANNA, 3, remove(1)), from(ANNA, 4, edit(1, 'back')));
    await chat.tell(from(BORIS, 5, react(1, '👍')));
    expect(await chat.shown(1)).toMatchObject({
      deleted: true,
      text: '',
      file: null,
      reactions: [],
      edited: false,
    });
    expect(await chat.store.range('piece')).toEqual([]);
    expect(await chat.store.range('file')).toEqual([]);
    const stored = (await chat.store.range('timeline')).map(([, value]) => Buffer.from(value));
    expect(Buffer.concat(stored).includes('secret words')).toBe(false);
    await chat.tell(said);
    const again = (await chat.store.range('timeline')).map(([, value]) => Buffer.from(value));
    expect(Buffer.concat(again).includes('secret words')).toBe(false);
  });

  it('by anybody else, an admin too, has no effect', async () => {
    await chat.tell(from(ANNA, 1, text('one')), from(BORIS, 2, remove(1)));
    expect(await chat.shown(1)).toMatchObject({ text: 'one', deleted: false });
  });

  it('takes the message out of what is unread', async () => {
    await chat.tell(from(ANNA, 1, text('one', { mentions: [ME] })), from(ANNA, 2, remove(1)));
    expect(await chat.summary()).toMatchObject({ unread: 0, mentioned: false });
  });
});

describe('reactions', () => {
  it('are one per person, the newest standing, and "" takes back', async () => {
    await chat.tell(from(ANNA, 1, text('one')));
    await chat.tell(from(ANNA, 2, react(1, '🐻')), from(BORIS, 3, react(1, '🐻')));
    await chat.tell(from(ME, 4, react(1, '👍')), from(ANNA, 5, react(1, '👍')));
    expect((await chat.shown(1)).reactions).toEqual([
      { emoji: '🐻', people: ['Boris'], mine: false },
      { emoji: '👍', people: ['Me', 'Anna'], mine: true },
    ]);
    await chat.tell(from(BORIS, 7, react(1, '')), from(BORIS, 6, react(1, '👎')));
    expect((await chat.shown(1)).reactions.map(({ emoji }) => emoji)).toEqual(['👍']);
  });
});

describe('content for a message that is not here', () => {
  it('is kept aside until the message comes, and then held to the same rules', async () => {
    await chat.tell(from(ANNA, 5, edit(1, 'edited')), from(BORIS, 6, edit(1, 'forged')));
    await chat.tell(from(BORIS, 7, react(1, '🐻')));
    expect(await chat.messages()).toEqual([]);
    await chat.tell(from(ANNA, 1, text('one')));
    expect(await chat.shown(1)).toMatchObject({ text: 'edited', reactions: [{ emoji: '🐻' }] });
  });

  it('is bounded: the oldest targets are forgotten, the newest kept', async () => {
    for (let n = 1; n <= 400; n++) await chat.tell(from(ANNA, 1000 + n, edit(n, 'edited')));
    const many = Array.from({ length: 400 }, (_, i) => from(ANNA, 2000 + i, react(400, `${i}`)));
    await chat.tell(...many);
    const stored = await chat.store.range('timeline');
    expect(stored.length).toBeLessThan(140);
    await chat.tell(from(ANNA, 1, text('one')), from(ANNA, 400, text('last')));
    expect(await chat.texts()).toEqual(['one', 'edited']);
  });

  it('reaches no message of another chat', async () => {
    const other = 'd0'.repeat(16);
    await chat.tell({ ...from(ANNA, 1, text('one')), chat: other });
    await chat.tell(from(ANNA, 2, edit(1, 'changed')), from(ANNA, 3, remove(1)));
    const view = { names: () => '', tag: () => null, others: [] };
    const page = await chat.timeline.page(other, 9, view);
    expect(page.messages).toMatchObject([{ text: 'one', deleted: false }]);
  });
});

describe('a reply', () => {
  it('shows the name and words of its target, as they are now', async () => {
    await chat.tell(from(ANNA, 1, text('one')), from(BORIS, 2, text('yes', { reply: 1 })));
    expect((await chat.shown(2)).reply).toEqual({ id: id(1), name: 'Anna', text: 'one' });
    await chat.tell(from(ANNA, 3, edit(1, `${'x'.repeat(119)}🧊🧊`)));
    expect((await chat.shown(2)).reply?.text).toBe(`${'x'.repeat(119)}🧊`);
    const short = await chat.page(1);
    expect(short.messages[0]?.reply?.name).toBe('Anna');
  });

  it('survives its target’s deletion, without the words', async () => {
    await chat.tell(from(ANNA, 1, text('one')), from(BORIS, 2, text('yes', { reply: 1 })));
    await chat.tell(from(ANNA, 3, remove(1)));
    expect(await chat.shown(2)).toMatchObject({
      text: 'yes',
      reply: { id: id(1), name: 'Anna', text: '' },
    });
  });

  it('to a message that is not here has neither name nor words', async () => {
    await chat.tell(from(BORIS, 2, text('yes', { reply: 1 })));
    expect((await chat.shown(2)).reply).toEqual({ id: id(1), name: '', text: '' });
  });

  it('to a file without words shows its name', async () => {
    await chat.tell(from(ANNA, 1, fileOf(1)), from(BORIS, 2, text('nice', { reply: 1 })));
    expect((await chat.shown(2)).reply?.text).toBe('ice.jpg');
  });
});

describe('an own edit, deletion or reaction', () => {
  beforeEach(() => chat.tell(from(ME, 1, text('mine')), from(ANNA, 2, text('hers'))));

  it('shows at once, the last typed on top', async () => {
    await chat.type(10, edit(1, 'first'));
    await chat.type(11, edit(1, 'second'));
    await chat.type(12, react(2, '🐻'));
    expect(await chat.shown(1)).toMatchObject({ text: 'second', edited: true });
    expect((await chat.shown(2)).reactions).toEqual([{ emoji: '🐻', people: ['Me'], mine: true }]);
    await chat.type(13, remove(1));
    expect(await chat.shown(1)).toMatchObject({ text: '', deleted: true });
  });

  it('stays when the log has it', async () => {
    await chat.type(10, edit(1, 'edited'));
    await chat.type(11, react(2, '🐻'));
    await chat.write((timeline) => timeline.sent(CHAT, id(10), 3));
    await chat.write((timeline) => timeline.sent(CHAT, id(11), 4));
    await chat.write((timeline) => timeline.sent(CHAT, id(11), 4));
    expect(await chat.shown(1)).toMatchObject({ text: 'edited', state: 'sent' });
    expect((await chat.shown(2)).reactions).toHaveLength(1);
  });

  it('is undone when it fails or is dropped, and comes back when tried again', async () => {
    await chat.type(10, remove(1));
    await chat.write((timeline) => timeline.state(CHAT, id(10), 'failed', 'rate'));
    expect(await chat.shown(1)).toMatchObject({ text: 'mine', deleted: false, state: 'sent' });
    expect((await chat.shown(1)).undone).toBe('delete');
    await chat.write((timeline) => timeline.state(CHAT, id(10), 'waiting'));
    expect(await chat.shown(1)).toMatchObject({ deleted: true, undone: null });
    await chat.write((timeline) => timeline.discard(CHAT, id(10)));
    expect((await chat.shown(1)).deleted).toBe(false);
  });

  it('that was refused is shown as undone until something else is tried', async () => {
    await chat.type(10, edit(1, 'refused'));
    await chat.write((timeline) => timeline.state(CHAT, id(10), 'failed', 'quota'));
    expect(await chat.shown(1)).toMatchObject({ text: 'mine', undone: 'edit' });
    await chat.type(11, react(1, '🧊'));
    expect((await chat.shown(1)).undone).toBeNull();
    await chat.write((timeline) => timeline.sent(CHAT, id(11), 3));
    expect(await chat.shown(1)).toMatchObject({ text: 'mine', undone: null });
  });

  it('of an own message that still waits goes along to its place', async () => {
    await chat.type(9, text('typed'));
    await chat.type(10, edit(9, 'edited'));
    await chat.write((timeline) => timeline.sent(CHAT, id(9), 3));
    expect(await chat.shown(9)).toMatchObject({ text: 'edited', seq: 3 });
    await chat.write((timeline) => timeline.sent(CHAT, id(10), 4));
    expect(await chat.shown(9)).toMatchObject({ text: 'edited', seq: 3 });
  });

  it('that no member would follow is refused and changes nothing', async () => {
    await expect(chat.type(10, edit(2, 'forged'))).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(chat.type(10, remove(2))).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(chat.type(10, remove(77))).rejects.toMatchObject({ code: 'not-found' });
    await chat.type(11, remove(1));
    await expect(chat.type(12, edit(1, 'late'))).rejects.toMatchObject({ code: 'not-allowed' });
    expect(await chat.shown(2)).toMatchObject({ text: 'hers', edited: false });
  });
});
