/** Messages that go by themselves, polls, versions, and who has read when: as every device comes to see them. */
import { fromHex } from '@polynya/protocol/bytes';
import type { Content, Saying } from '@polynya/protocol/content';
import { describe, expect, it } from 'vitest';
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
  receipt,
  remove,
  text,
} from '../test/test-timeline.ts';
import { keys, reads, versions } from './row.ts';
import { decode } from './stored.ts';

const chat = eachTimeline();

const HOUR = 3_600;
const going = (said: Content, after = HOUR): Content => ({
  kind: 'wrapped',
  text: '',
  after,
  forwarded: false,
  said: said as Saying,
});
const due = () => chat.store.range('expiry');
/** As timeline/expiry.ts does when the time is over. */
const expire = async () => {
  const over = (await due()).map(([key]) => key);
  await chat.write((timeline) => timeline.expire(CHAT, over));
};

describe('a message with a timer', () => {
  it('goes so long after this device got it, however old it is, and does not come back', async () => {
    await chat.tell(from(ANNA, 1, going(text('gone soon'))), from(ANNA, 2, text('stays')));
    expect((await chat.shown(1)).expires).toBe(chat.now + HOUR * 1_000);
    await expire();
    await chat.tell(from(ANNA, 1, going(text('gone soon'))), from(BORIS, 3, react(1, '🐻')));
    expect(await chat.texts()).toEqual(['stays']);
    expect(await chat.summary()).toMatchObject({ unread: 1 });
    expect(await due()).toEqual([]);
  });

  it('takes its file, its versions and what proves it along', async () => {
    const evidence = Uint8Array.of(1);
    await chat.tell({ ...from(ANNA, 1, going(fileOf(1_000, 'Look'))), evidence });
    await chat.tell(from(ANNA, 2, edit(1, 'Look here')));
    await expire();
    const left = await chat.store.range('timeline', keys.everything(CHAT));
    expect(left.map(([key]) => key.slice(CHAT.length + 1, CHAT.length + 2)).sort()).toEqual([
      'c',
      'i',
    ]);
    expect(await chat.store.range('file')).toEqual([]);
  });

  it('of our own waits without end to be sent, and then goes', async () => {
    await chat.type(7, going(text('typed offline')));
    expect((await chat.shown(7)).expires).toBeNull();
    expect(await due()).toEqual([]);
    chat.now += 1_000 * HOUR * 1_000;
    await chat.write((timeline) => timeline.sent(CHAT, id(7), 1));
    expect((await chat.shown(7)).expires).toBe(chat.now + HOUR * 1_000);
  });

  it('that another device gives us counts from when it was said', async () => {
    await chat.tell({ ...from(ANNA, 1, going(text('old'))), since: 5_000 });
    expect((await chat.shown(1)).expires).toBe(5_000 + HOUR * 1_000);
  });

  it('said in a time to come, as its bearer claims, counts from now', async () => {
    await chat.tell({ ...from(ANNA, 1, going(text('never'))), since: Number.MAX_SAFE_INTEGER });
    expect((await chat.shown(1)).expires).toBe(chat.now + HOUR * 1_000);
  });
});

describe('a poll', () => {
  const asked: Content = {
    kind: 'poll',
    text: 'Tea?',
    options: ['Yes', 'No', 'Later'],
    several: false,
  };
  const vote = (...options: number[]): Content => ({
    kind: 'vote',
    text: '',
    target: fromHex(id(1)),
    options,
  });
  const close: Content = { kind: 'close', text: '', target: fromHex(id(1)) };
  const counts = async () => (await chat.shown(1)).poll?.options.map(({ people }) => people.length);

  it('has the last vote of each person, and of several choices the first where one is asked for', async () => {
    await chat.tell(from(ANNA, 1, asked), from(BORIS, 2, vote(0)), from(BORIS, 3, vote(2, 1)));
    expect(await counts()).toEqual([0, 1, 0]);
    await chat.tell(from(BORIS, 4, vote()), from(ANNA, 5, vote(7)));
    expect(await counts()).toEqual([0, 0, 0]);
  });

  it('shows an own vote at once', async () => {
    await chat.tell(from(ANNA, 1, asked));
    await chat.type(9, vote(0));
    expect((await chat.shown(1)).poll?.options[0]).toMatchObject({ mine: true, people: ['Me'] });
  });

  it('is closed by whoever asked and by nobody else; later votes do not count', async () => {
    await chat.tell(from(ANNA, 1, asked), from(BORIS, 2, vote(0)), from(BORIS, 3, close));
    expect((await chat.shown(1)).poll).toMatchObject({ closed: false });
    await chat.tell(from(ANNA, 4, close), from(ME, 5, vote(1)));
    expect((await chat.shown(1)).poll).toMatchObject({ closed: true, voters: 1 });
  });

  it('is not edited, and is gone when it is deleted; a text takes no votes', async () => {
    await chat.tell(from(ANNA, 1, asked), from(ANNA, 2, edit(1, 'Coffee?')));
    expect((await chat.shown(1)).text).toBe('Tea?');
    await chat.tell(from(ANNA, 3, remove(1)));
    expect((await chat.shown(1)).poll).toBeNull();
  });
});

it('every version of an edited message is kept, in order, until it is deleted', async () => {
  await chat.tell(from(ANNA, 1, text('one')), from(ANNA, 2, edit(1, 'two')));
  await chat.tell(from(ANNA, 3, edit(1, 'three')), from(BORIS, 4, edit(1, 'not his')));
  const stored = async () => chat.store.get('timeline', keys.history(CHAT, id(1)));
  const kept = decode(versions, (await stored()) ?? new Uint8Array());
  expect(kept.map(({ text: said, at }) => [said, at])).toEqual([
    ['one', 1_000],
    ['two', 2_000],
    ['three', 3_000],
  ]);
  await chat.tell(from(ANNA, 5, remove(1)));
  expect(await stored()).toBeUndefined();
});

it('when somebody had read how far is kept step by step', async () => {
  await chat.tell(from(ME, 1, text('one')), from(ME, 2, text('two')), from(ANNA, 3, receipt(2, 1)));
  await chat.tell(from(ANNA, 4, receipt(3, 1)), from(ANNA, 5, receipt(4, 4)));
  const stored = await chat.store.get('timeline', keys.reads(CHAT, ANNA));
  expect(decode(reads, stored ?? new Uint8Array())).toEqual([
    { read: 1, at: 3_000 },
    { read: 4, at: 5_000 },
  ]);
});

it('what was said to an album and goes by itself is known to go, also where its last picture stays', async () => {
  const picture = (place: number, caption = '') => {
    const { file } = fileOf(5);
    const type = `image/jpeg;album=0123456789abcdef.${place}`;
    return { ...fileOf(5, caption), file: { ...file, type } };
  };
  await chat.tell(from(ANNA, 1, going(picture(0, 'The river'))), from(ANNA, 2, picture(1)));
  const { last, passing } = await chat.summary();
  expect([last?.text, passing]).toEqual(['The river', true]);
});
