/** What a person is told who has a wrong clock or no room, and how it goes on. */
import { describe, expect, it } from 'vitest';
import { Person, PHONE } from './person.ts';
import { serverAndBrowser } from './server-and-browser.ts';

const { server, browser } = await serverAndBrowser();

/** The device's clock is so many minutes ahead of the server's. */
async function withClockAhead(minutes: number, locale: string): Promise<Person> {
  const person = await Person.at(browser, { ...PHONE, locale });
  await person.aheadOfEngine(
    `{ const { now } = Date; Date.now = () => now() + ${minutes * 60_000}; }`,
  );
  return person;
}

describe('a wrong clock', () => {
  it('that is ahead is named, with what to do; messages come through all the same', async () => {
    const anna = await withClockAhead(25, 'en-GB');
    await anna.arrive(server.link, 'Anna');
    await anna.page.getByText(anna.words.clockAhead('25 minutes')).waitFor();
    await anna.expectAccessible();
    await anna.inviteToChat();
    await anna.say('hello');
    await anna.marked('hello', anna.words.stateSent);
    await anna.leave();
  });

  it('that is behind is named too', async () => {
    const anna = await withClockAhead(-180, 'ru-RU');
    await anna.arrive(server.link, 'Анна');
    await anna.page.getByText(anna.words.clockBehind('3 часа')).waitFor();
    await anna.leave();
  });
});

describe('a full browser storage', () => {
  it('is explained, what was typed stays where it was typed, and goes once there is room', async () => {
    const anna = await Person.at(browser);
    const devtools = await anna.context.newCDPSession(anna.page);
    // Chromium asks for the quota when a site first writes, so it has to be set before.
    await devtools.send('Storage.overrideQuotaForOrigin', {
      origin: new URL(server.page).origin,
      quotaSize: 20_000_000,
    });
    await anna.arrive(server.link, 'Anna');
    await anna.inviteToChat();
    await anna.say('while there is room');
    await anna.marked('while there is room', anna.words.stateSent);

    await anna.page.evaluate(fill);
    await anna.composer.fill('no room for this');
    await anna.composer.press('Enter');
    await anna.page.locator('.banner').getByText(anna.words.storageFull).waitFor();
    await anna.page.locator('.toast').getByText(anna.words.problem['storage-full']).waitFor();
    await anna.expectAccessible();
    expect(await anna.composer.inputValue()).toBe('no room for this');
    expect(await anna.texts()).toEqual(['while there is room']);

    await anna.page.evaluate(() => indexedDB.deleteDatabase('filling'));
    await expect
      .poll(async () => {
        await anna.composer.press('Enter');
        return await anna.texts();
      })
      .toEqual(['while there is room', 'no room for this']);
    await anna.marked('no room for this', anna.words.stateSent);
    await anna.page.locator('.banner').waitFor({ state: 'detached' });
    expect(anna.complaints).toEqual([]);
    await anna.leave();
  });
});

/** In the page: takes all the room there is, by ever smaller pieces. */
async function fill(): Promise<void> {
  const done = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const opening = indexedDB.open('filling');
  opening.onupgradeneeded = () => opening.result.createObjectStore('all', { autoIncrement: true });
  const database = await done(opening);
  // What the browser tidies up afterwards makes room again: until nothing fits for a while.
  for (let full = 0, size = 4_000_000; full < 4; ) {
    if (size < 1_000) {
      full++;
      size = 4_000_000;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    const piece = new Uint8Array(size);
    for (let at = 0; at < size; at += 65_536) {
      crypto.getRandomValues(piece.subarray(at, at + 65_536));
    }
    const transaction = database.transaction('all', 'readwrite');
    transaction.objectStore('all').add(piece);
    const kept = await new Promise<boolean>((resolve) => {
      transaction.oncomplete = () => resolve(true);
      transaction.onabort = () => resolve(false);
    });
    if (kept) full = 0;
    else size = Math.floor(size / 4);
  }
  database.close();
}
