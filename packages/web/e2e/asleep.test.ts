/**
 * A page that stood still and comes back: alone, as one that its browser froze, or with all of that browser, as in a closed
 * laptop. By signals to its processes: what debuggers call freezing stops no timer of a page that is driven by one.
 */
import { type Browser, type BrowserServer, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumOptions, launch } from '../../../scripts/chromium.ts';
import { Person } from './person.ts';
import { ServerProcess } from './server-process.ts';
import { SlowLine } from './slow-line.ts';

/** How long it stands still, ms: past all that a client waits for on a line that lives. */
const ASLEEP = 5_000;

let line: SlowLine;
let server: ServerProcess;
/** Whose browser it is that sleeps, a process of its own. */
let process: BrowserServer;
let browser: Browser;
let anna: Person;
let boris: Person;

beforeAll(async () => {
  line = await SlowLine.start();
  server = await ServerProcess.start(['--public', line.url]);
  line.target = Number(new URL(server.page).port);
  const [options, own] = [chromiumOptions(), await launch()];
  browser = own;
  process = await chromium.launchServer(options);
  anna = await Person.at(await chromium.connect(process.wsEndpoint()));
  boris = await Person.at(browser);
  await anna.arrive(server.link, 'Anna');
  await boris.arrive(await anna.inviteToChat(), 'Boris');
  await boris.say('ready');
  await anna.sees('ready');
});

afterAll(async () => {
  await process?.close();
  await browser?.close();
  await server?.stop();
  line?.stop();
});

type Told = 'SIGSTOP' | 'SIGCONT';

/** To the browser with all that it has started. */
function tell(signal: Told): void {
  globalThis.process.kill(-(process.process().pid ?? 0), signal);
}

/** To what draws and runs pages. The browser itself, which has their connections, goes on. */
async function tellPages(signal: Told): Promise<void> {
  const devtools = await anna.context.browser()?.newBrowserCDPSession();
  const all = await devtools?.send('SystemInfo.getProcessInfo');
  const pages = all?.processInfo.filter(({ type }) => type === 'renderer') ?? [];
  expect(pages.length).toBeGreaterThan(0);
  for (const { id } of pages) globalThis.process.kill(id, signal);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Boris says one thing before and one after what happens meanwhile, and the server has both. */
async function meanwhile(happens: () => unknown): Promise<string[]> {
  const said = [`good night ${Date.now()}`, `and good morning ${Date.now()}`];
  await boris.say(said[0] ?? '');
  await boris.marked(said[0] ?? '', boris.words.stateSent);
  await happens();
  await boris.say(said[1] ?? '');
  await boris.marked(said[1] ?? '', boris.words.stateSent);
  await pause(ASLEEP);
  return said;
}

/** What was said to her is there, what she says is said to have gone once it has, all of it once, and the line is well. */
async function isAwake(said: readonly string[]): Promise<void> {
  const answer = `awake ${Date.now()}`;
  await anna.say(answer);
  await anna.marked(answer, anna.words.stateRead);
  for (const person of [anna, boris]) {
    const texts = await person.texts();
    expect(texts.slice(-3)).toEqual([...said, answer]);
    expect(new Set(texts).size).toBe(texts.length);
  }
  const troubled = anna.page
    .getByText(anna.words.lineOffline)
    .or(anna.page.getByText(anna.words.lineConnecting));
  await expect.poll(() => troubled.count()).toBe(0);
  expect(anna.complaints).toEqual([]);
}

it('a page that stood still has what was said meanwhile', async () => {
  await tellPages('SIGSTOP');
  const said = await meanwhile(() => undefined);
  await tellPages('SIGCONT');
  for (const text of said) await anna.sees(text);
  await isAwake(said);
});

it('a browser that stood still while the server was another has it, too', async () => {
  tell('SIGSTOP');
  const said = await meanwhile(async () => {
    await server.kill();
    await server.restart();
  });
  tell('SIGCONT');
  for (const text of said) await anna.sees(text);
  await isAwake(said);
});

it('a browser that stood still while its line died without a word has it, too', async () => {
  tell('SIGSTOP');
  const said = await meanwhile(() => line.abandon());
  tell('SIGCONT');
  for (const text of said) await anna.sees(text);
  await isAwake(said);
});
