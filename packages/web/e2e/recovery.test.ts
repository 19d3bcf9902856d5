/** A browser that lost its last writes: the chat heals by another member's device, and nothing is lost. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Person } from './person.ts';
import { serverAndBrowser } from './server-and-browser.ts';

const { server, browser } = await serverAndBrowser();
let anna: Person;
let boris: Person;

beforeAll(async () => {
  anna = await Person.at(browser);
  boris = await Person.at(browser);
  await anna.arrive(server.link, 'Anna');
  await boris.arrive(await anna.inviteToGroup('House 7'), 'Boris');
  await boris.say('ready');
  await anna.sees('ready');
});

describe('a page whose store is an old copy', () => {
  it('is let in again by a member, is sent what it missed, and says so', async () => {
    await anna.page.evaluate(copyDatabase, ['polynya', 'copy'] as const);
    await anna.say('written, then forgotten');
    await boris.sees('written, then forgotten');
    await boris.say('answered');
    await anna.sees('answered');
    await anna.page.close();

    // A page of the same origin in which no engine runs.
    anna.page = await anna.tab(`${server.page}icon.svg`);
    await anna.page.evaluate(copyDatabase, ['copy', 'polynya'] as const);
    await boris.say('while you were gone');
    const loaded: string[] = [];
    anna.context.on('request', (request) => loaded.push(request.url()));
    await anna.page.goto(server.page);
    await anna.openChat('House 7');
    await anna.sees('while you were gone');
    await anna.page.getByText(anna.words.eventResent('Boris')).first().waitFor();
    // The work of recovery is not in what every page loads.
    expect(loaded.some((url) => /occasional-[^/]*\.js$/.test(url))).toBe(true);
    await anna.expectAccessible();

    await anna.say('back again');
    await boris.sees('back again');
    await boris.say('welcome');
    await anna.sees('welcome');
    await anna.marked('back again', anna.words.stateRead);
    expect([...anna.complaints, ...boris.complaints]).toEqual([]);
  });
});

/** In a page: puts all of one database in place of another, as it stands at one moment. */
async function copyDatabase([from, to]: readonly [string, string]): Promise<void> {
  const done = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  await done(indexedDB.deleteDatabase(to));
  const source = await done(indexedDB.open(from));
  const names = [...source.objectStoreNames];
  const reading = source.transaction(names);
  const stores = await Promise.all(
    names.map(async (name) => {
      const store = reading.objectStore(name);
      const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
      return { name, keys, values };
    }),
  );
  const opening = indexedDB.open(to, source.version);
  opening.onupgradeneeded = () => {
    for (const name of names) opening.result.createObjectStore(name);
  };
  const target = await done(opening);
  const writing = target.transaction(names, 'readwrite');
  for (const { name, keys, values } of stores) {
    keys.forEach((key, i) => {
      writing.objectStore(name).put(values[i], key);
    });
  }
  await new Promise((resolve) => {
    writing.oncomplete = resolve;
  });
  source.close();
  target.close();
}
