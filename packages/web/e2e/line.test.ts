/** Nothing typed is lost, repeated or put out of order: offline, on reload, when the server is killed. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from '../../../scripts/chromium.ts';
import { Person } from './person.ts';
import { ServerProcess } from './server-process.ts';

let server: ServerProcess;
let browser: Browser;
let anna: Person;
let boris: Person;

beforeAll(async () => {
  server = await ServerProcess.start();
  browser = await launch();
  anna = await Person.at(browser);
  boris = await Person.at(browser);
  await anna.arrive(server.link, 'Anna');
  const link = await anna.inviteToChat();
  await boris.arrive(link, 'Boris');
  await boris.say('ready');
  await anna.sees('ready');
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const numbers = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `message ${from + i}`);

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
    for (const text of said) {
      await anna.composer.fill(text);
      await anna.composer.press('Enter');
    }
    await anna.sees('message 9');
    await anna.page.reload();
    await boris.sees('message 9');
    expect(await boris.texts()).toEqual(['ready', ...numbers(0, 10)]);
    await anna.sees('message 9');
    expect(await anna.texts()).toEqual(['ready', ...numbers(0, 10)]);
  });

  it('survives kill -9 of the server, and arrives once when it is back', async () => {
    await anna.say('message 10');
    await boris.sees('message 10');
    await server.kill();
    await anna.say('message 11');
    await boris.say('from the other side');
    await server.restart();
    await boris.sees('message 11');
    await anna.sees('from the other side');
    const texts = await boris.texts();
    expect(texts.filter((text) => text === 'message 11')).toHaveLength(1);
    expect(texts.filter((text) => text.startsWith('message'))).toEqual(numbers(0, 12));
  });

  it('can be read where the server is gone: the page opens without it', async () => {
    await anna.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await server.kill();
    await anna.page.reload();
    await anna.sees('message 11');
    await anna.say('message 12');
    await server.restart();
    await boris.sees('message 12');
    expect([...anna.complaints, ...boris.complaints]).toEqual([]);
  });
});
