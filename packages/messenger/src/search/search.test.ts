/** Search over a real device: it follows edits and deletions, and goes on where it was stopped. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Person, Town } from '../test/town.ts';

let town: Town;
let anna: Person;
let chat: string;

beforeEach(async () => {
  town = await Town.found();
  anna = await town.person('Anna');
  ({ chat } = await anna.messenger.createGroup('The house'));
});
afterEach(() => town.end());

/** Makes the index what it should be now, as it does by itself a moment later. */
const tended = async () => (await anna.device.search.get()).tend();
const found = async (text: string) => {
  await tended();
  return (await anna.messenger.search({ text })).found.map(({ text: said }) => said);
};

test('follows what is said, edited, deleted and hidden, over a restart, and leaves nothing of it', async () => {
  const say = async (text: string) => (await anna.messenger.send(chat, { text })).id;
  const key = await say('Ключи от подвала у бабушки');
  const cake = await say('Who brings the cakes?');
  const tea = await say('Чай');
  await anna.until(
    { query: 'messages', chat, limit: 9 },
    ({ messages }) => messages.filter(({ seq, event }) => seq !== null && !event).length === 3,
  );
  expect(await found('ключ')).toEqual(['Ключи от подвала у бабушки']);
  expect(await found('cake bring')).toEqual(['Who brings the cakes?']);

  await anna.messenger.edit(chat, key, 'Ключей нет');
  await anna.messenger.delete(chat, cake);
  await anna.messenger.hide(chat, tea);
  await anna.until(
    { query: 'messages', chat, limit: 9 },
    ({ messages }) =>
      messages.some(({ deleted }) => deleted) && !messages.some(({ state }) => state === 'waiting'),
  );
  await anna.reopen();
  await expect.poll(() => found('бабушка'), { timeout: 60_000 }).toEqual([]);
  await expect.poll(() => found('cake'), { timeout: 60_000 }).toEqual([]);
  expect(await found('чай')).toEqual([]);
  expect(await found('ключ')).toEqual(['Ключей нет']);
  const segments = await anna.device.ports.store.range('search', { from: 'seg/', to: 'seg0' });
  const kept = new TextDecoder().decode(segments[0]?.[1]);
  expect(kept).toContain('ключей');
  for (const word of ['бабушки', 'cakes', 'чай']) expect(kept).not.toContain(word);
});

test('finds by person, kind and time, and answers nothing to nothing', async () => {
  await anna.messenger.send(chat, { text: 'See https://polynya.example' });
  await anna.until(
    { query: 'messages', chat, limit: 9 },
    ({ messages }) => messages.at(-1)?.seq !== null,
  );
  await tended();
  const person = anna.device.self.person;
  const count = async (more: object) =>
    (await anna.messenger.search({ text: '', ...more })).found.length;
  expect(await count({ person })).toBe(1);
  expect(await count({ kind: 'link' })).toBe(1);
  expect(await count({ kind: 'picture' })).toBe(0);
  expect(await count({ person, to: 1_000 })).toBe(0);
  expect(await count({})).toBe(0);
});

test('finds the pictures of an album together and in their order, however they came; sent silently, they are', async () => {
  const send = (place: number) =>
    anna.messenger.sendFile(chat, new Blob(['x'], { type: 'image/png' }), {
      name: `${place}.png`,
      album: { id: '0123456789abcdef', place },
      silent: true,
    });
  for (const place of [2, 0, 1]) await send(place);
  await anna.until(
    { query: 'messages', chat, limit: 9 },
    ({ messages }) =>
      messages.filter(({ seq, file, silent }) => seq !== null && file && silent).length === 3,
  );
  await tended();
  const { found: pictures } = await anna.messenger.search({ text: '', kind: 'picture' });
  expect(pictures.map(({ text }) => text)).toEqual(['0.png', '1.png', '2.png']);
});
