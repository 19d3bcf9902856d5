import { afterEach, beforeEach, expect, it } from 'vitest';
import { FailingStore } from '../test/failing-store.ts';
import { type Person, Town } from '../test/town.ts';

let town: Town;
let anna: Person;
let chat: string;
beforeEach(async () => {
  town = await Town.found();
  anna = await town.person('Anna');
  ({ chat } = await anna.messenger.createGroup('The house'));
});
afterEach(async () => town?.end());

const said = (text: string) => new Blob([text], { type: 'audio/webm' });
const recorded = async () => (await anna.messenger.recording(chat))?.text();

it('what was recorded outlives the program, piece by piece, until it is dropped', async () => {
  expect(await anna.messenger.recording(chat)).toBeNull();
  await anna.messenger.keepRecording(chat, 0, said('open '));
  await anna.until({ query: 'chat', chat }, (one) => one?.recording === true);
  await anna.messenger.keepRecording(chat, 1, said('water'));
  await anna.reopen();
  await anna.until({ query: 'chat', chat }, (one) => one?.recording === true);
  expect(await recorded()).toBe('open water');
  expect((await anna.messenger.recording(chat))?.type).toBe('audio/webm');
  await anna.messenger.dropRecording(chat);
  await anna.until({ query: 'chat', chat }, (one) => one?.recording === false);
  expect(await anna.messenger.recording(chat)).toBeNull();
});

it('another one takes its place, with nothing of it left', async () => {
  for (const [index, piece] of ['a', 'longer', 'one'].entries())
    await anna.messenger.keepRecording(chat, index, said(piece));
  await anna.messenger.keepRecording(chat, 0, said('short'));
  expect(await recorded()).toBe('short');
});

it('goes with a chat that is forgotten', async () => {
  await anna.messenger.keepRecording(chat, 0, said('secret'));
  await anna.messenger.leave(chat);
  await anna.until({ query: 'chat', chat }, (one) => one?.state === 'left');
  await anna.messenger.forget(chat);
  expect(await anna.messenger.recording(chat)).toBeNull();
});

it('belongs to a chat', async () => {
  await expect(anna.messenger.keepRecording('none', 0, said('x'))).rejects.toMatchObject({
    code: 'not-found',
  });
});

it('is a file that is sent, or still there, at whichever write the program dies between the two', async () => {
  const stores: FailingStore[] = [];
  const wrap = (store: ConstructorParameters<typeof FailingStore>[0]) => {
    const failing = new FailingStore(store);
    stores.push(failing);
    return failing;
  };
  const vera = await town.person('Vera', { wrap });
  const group = (await vera.messenger.createGroup('The boat')).chat;
  const files = async () => {
    const page = await vera.now({ query: 'messages', chat: group, limit: 100 });
    return page.messages.filter(({ file }) => file !== null).length;
  };
  let died = true;
  for (let k = 1; died; k++) {
    const before = await files();
    await vera.messenger.keepRecording(group, 0, said('open water'));
    const store = stores.at(-1) as FailingStore;
    store.left = k;
    const about = { name: 'note.webm', recorded: true };
    await vera.messenger.sendFile(group, said('open water'), about).catch(() => undefined);
    died = store.dead;
    store.left = died ? 0 : Number.POSITIVE_INFINITY;
    await vera.reopen();
    const kept = (await vera.messenger.recording(group)) ? 1 : 0;
    await expect.poll(files, { timeout: 60_000 }).toBe(before + 1 - kept);
    expect(died || kept === 0).toBe(true);
  }
});
