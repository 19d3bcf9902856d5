/** A page whose server passes for a web site: two people talk, and no request is one that a reader's browser would not make. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch } from '../../../scripts/chromium.ts';
import { Person } from './person.ts';
import { ServerProcess } from './server-process.ts';
import { SlowLine } from './slow-line.ts';

let browser: Browser;
let server: ServerProcess;
let line: SlowLine;
let site: string;
let anna: Person;
let boris: Person;
/** Of each request its method and what it asks to go on as, and how long it is. */
const asked: string[] = [];
const lengths = new Set<number>();

beforeAll(async () => {
  site = await mkdtemp(join(tmpdir(), 'polynya-site-'));
  await writeFile(join(site, 'index.html'), '<title>Bakery</title>');
  line = await SlowLine.start();
  line.heard = (bytes) => {
    const text = bytes.toString('latin1');
    const method = /^([A-Z]+) \S+ HTTP\/1\.1\r\n/.exec(text)?.[1];
    if (method === undefined) return;
    asked.push(`${method}${/\r\nupgrade:/i.test(text) ? ' upgrade' : ''}`);
    if (method === 'POST') lengths.add(bytes.length);
  };
  server = await ServerProcess.start(['--decoy', site, '--public', line.url]);
  line.target = Number(new URL(server.page).port);
  browser = await launch();
  // Tall enough to have every message in the page.
  const viewport = { width: 1000, height: 2400 };
  anna = await Person.at(browser, { viewport });
  boris = await Person.at(browser, { viewport });
  await anna.arrive(server.link, 'Anna');
  await boris.arrive(await anna.inviteToChat(), 'Boris');
});

afterAll(async () => {
  await browser?.close();
  line?.stop();
  await server?.stop();
  await rm(site, { recursive: true, force: true });
});

it('texts come both ways, with nothing but ordinary requests of no length of their own', async () => {
  const texts = Array.from({ length: 10 }, (_, index) => `from here ${index}`);
  for (const text of texts) {
    await anna.say(text);
    await boris.sees(text);
    await boris.say(`back: ${text}`);
    await anna.sees(`back: ${text}`);
  }
  expect((await boris.texts()).filter((text) => text.startsWith('from here'))).toEqual(texts);
  expect(asked.filter((one) => !['GET', 'HEAD', 'POST'].includes(one))).toEqual([]);
  expect(asked).toContain('POST');
  expect(lengths.size).toBeGreaterThan(20);
});

it('what was typed while the server was killed comes once', async () => {
  await server.kill();
  await anna.say('while it was gone');
  await anna.marked('while it was gone', anna.words.stateWaiting);
  await server.restart();
  for (const person of [anna, boris]) {
    await person.page.evaluate(() => dispatchEvent(new Event('online')));
  }
  await boris.sees('while it was gone');
  await anna.marked('while it was gone', anna.words.stateRead);
  expect((await boris.texts()).filter((text) => text === 'while it was gone')).toHaveLength(1);
  expect([...anna.complaints, ...boris.complaints]).toEqual([]);
});
