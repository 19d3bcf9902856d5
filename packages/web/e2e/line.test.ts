/** Nothing typed is lost, repeated or put out of order: offline, on reload, when the server is killed. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Person } from './person.ts';
import { serverAndBrowser } from './server-and-browser.ts';

const { server, browser } = await serverAndBrowser();
let anna: Person;
let boris: Person;

beforeAll(async () => {
  // Tall enough to have every message in the page.
  const viewport = { width: 1000, height: 2400 };
  anna = await Person.at(browser, { viewport });
  boris = await Person.at(browser, { viewport });
  await anna.arrive(server.link, 'Anna');
  const link = await anna.inviteToChat();
  await boris.arrive(link, 'Boris');
  await boris.say('ready');
  await anna.sees('ready');
});

const numbers = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `message ${from + i}`);

const type = async (person: Person, text: string) => {
  await person.composer.fill(text);
  await person.composer.press('Enter');
};

/** Resolves when all of the page is in the browser, as its service worker says. */
const keepsThePage = ({ page }: Person) =>
  page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    await new Promise<void>((resolve, reject) => {
      port1.onmessage = ({ data }) => ('done' in data ? resolve() : reject(data.failed));
      active?.postMessage({ ask: 'rest' }, [port2]);
    });
  });

describe('what was typed', () => {
  it('offline waits, says so, and arrives once and in order when the network is back', async () => {
    await anna.context.setOffline(true);
    await anna.page
      .getByText(anna.words.lineOffline)
      .or(anna.page.getByText(anna.words.lineConnecting))
      .first()
      .waitFor();
    const said = numbers(0, 5);
    for (const text of said) await anna.say(text);
    await anna.marked('message 4', anna.words.stateWaiting);
    await anna.context.setOffline(false);
    await boris.sees('message 4');
    expect(await boris.texts()).toEqual(['ready', ...said]);
    await anna.marked('message 4', anna.words.stateRead);
  });

  it('survives a reload in the middle of sending', async () => {
    const said = numbers(5, 5);
    for (const text of said) await type(anna, text);
    await anna.sees('message 9');
    await anna.page.reload();
    await boris.sees('message 9');
    expect(await boris.texts()).toEqual(['ready', ...numbers(0, 10)]);
    await anna.sees('message 9');
    expect(await anna.texts()).toEqual(['ready', ...numbers(0, 10)]);
  });

  it('survives kill -9 of the server under open pages, and arrives once and in order when it is back', async () => {
    // Killed while some of it is on its way, with more typed meanwhile on both sides.
    for (const text of numbers(10, 5)) await type(anna, text);
    await server.kill();
    for (const text of numbers(15, 5)) await anna.say(text);
    await anna.marked('message 19', anna.words.stateWaiting);
    await boris.say('from the other side');
    await server.restart();
    await boris.sees('message 19');
    await anna.sees('from the other side');
    await anna.marked('message 19', anna.words.stateRead);
    for (const person of [anna, boris]) {
      const said = (await person.texts()).filter((text) => text.startsWith('message'));
      expect(said).toEqual(numbers(0, 20));
    }
    expect((await anna.texts()).filter((text) => text.startsWith('from'))).toHaveLength(1);
  });

  it('can be read where the server is gone: the page opens without it', async () => {
    await keepsThePage(anna);
    await server.kill();
    await anna.page.reload();
    await anna.sees('message 19');
    // What is a file of its own, and was never opened, is here as well.
    await anna.choosePerson('Boris', anna.words.safetyNumber);
    await anna.page.locator('.safety-number span').nth(11).waitFor();
    await anna.page.keyboard.press('Escape');
    await anna.page.keyboard.press('Escape');
    await anna.button(anna.words.attach).click();
    await anna.page.getByRole('menuitem', { name: anna.words.poll, exact: true }).click();
    await anna.page.getByLabel(anna.words.pollQuestion).waitFor();
    await anna.page.keyboard.press('Escape');
    await anna.say('message 20');
    await server.restart();
    for (const person of [anna, boris]) {
      await person.page.evaluate(() => dispatchEvent(new Event('online')));
    }
    await boris.sees('message 20');
    expect([...anna.complaints, ...boris.complaints]).toEqual([]);
  });
});
