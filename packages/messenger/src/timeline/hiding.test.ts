import { expect, it } from 'vitest';
import {
  ANNA,
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

const hide = (n: number) => chat.write((timeline) => timeline.hide(CHAT, id(n)));

it('a message that was hidden is gone here, from the page and from what is unread', async () => {
  await chat.tell(from(ANNA, 1, text('one')), from(ANNA, 2, text('two', { mentions: [ME] })));
  await hide(2);
  expect(await chat.texts()).toEqual(['one']);
  expect(await chat.summary()).toMatchObject({ unread: 1, mentioned: false });
});

it('it does not come back, whatever is told of it again', async () => {
  await chat.tell(from(ANNA, 1, text('one')), from(ANNA, 2, text('two')));
  await hide(1);
  await chat.tell(from(ANNA, 1, text('one')), from(ANNA, 3, edit(1, 'changed')));
  await chat.tell(from(ME, 4, react(1, '🐻')), from(ANNA, 5, remove(1)));
  expect(await chat.texts()).toEqual(['two']);
  expect(await chat.summary()).toMatchObject({ unread: 1 });
});

it('a file goes with its message, every key of it', async () => {
  await chat.tell(from(ANNA, 1, fileOf(1_000, 'Look')));
  expect(await chat.store.range('file')).not.toEqual([]);
  await hide(1);
  expect(await chat.store.range('file')).toEqual([]);
});

it('what is not here cannot be hidden, nor what waits to be sent', async () => {
  await expect(hide(7)).rejects.toMatchObject({ code: 'not-found' });
  await chat.type(8, text('waits'));
  await expect(hide(8)).rejects.toMatchObject({ code: 'not-allowed' });
  expect(await chat.texts()).toEqual(['waits']);
});
