/**
 * What near.test.ts looks at, run in a network of its own: Bo and Vera at pages, Ann at a terminal, members of one
 * group, their server killed. Prints what they saw, as JSON.
 */
import { writeFileSync } from 'node:fs';
import { TemporaryFolder, Person as Terminal, until } from '@polynya/cli/test/cli';
import type { Browser } from 'playwright-core';
import { launch } from '../../../scripts/chromium.ts';
import { nearWords } from '../src/near/near-words.ts';
import { Person, PHONE } from './person.ts';
import { filmOfScreen, filmsFrom } from './screen-film.ts';
import { ServerProcess } from './server-process.ts';

export interface Seen {
  /** A line that is no code was refused in words. */
  readonly refused: boolean;
  /** The camera is off once it has seen the code. */
  readonly cameras: number;
  readonly violations: readonly string[];
  readonly complaints: readonly string[];
  /** Texts, before the server is back. */
  readonly offline: { readonly bo: string[]; readonly vera: string[] };
  /** How often each page's text was on the terminal's screen. */
  readonly heard: number[];
  /** What the page said of a file that was carried. */
  readonly carried: string | null;
  /** Texts, once the log has all of them. */
  readonly logged: { readonly bo: string[]; readonly vera: string[] };
}

const near = nearWords.en;

/** All of the page is kept, and it opens without its server. */
async function opensOffline(person: Person): Promise<void> {
  await person.page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    await new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      active?.postMessage({ ask: 'rest' }, [port2]);
    });
  });
}

async function calls(person: Person, code: string): Promise<boolean> {
  const { page } = person;
  await person.button(person.words.near).first().click();
  await page.getByLabel(near.code).fill('nothing of the kind');
  await person.button(near.call).click();
  const refused = await page
    .getByText(near.noCode)
    .waitFor()
    .then(() => true);
  await page.getByLabel(near.code).fill(code);
  await person.button(near.call).click();
  await page.getByText(near.state.near).waitFor();
  return refused;
}

/** Holds the terminal's screen before the camera. Answers how many cameras still look on when somebody is near. */
async function scans({ page }: Person): Promise<number> {
  await page.getByRole('button', { name: near.scan, exact: true }).click();
  await page.getByText(near.state.near).waitFor();
  return page.locator('video').count();
}

async function scenario(folder: TemporaryFolder, browser: Browser, film: string): Promise<Seen> {
  const server = await ServerProcess.start();
  const ann = new Terminal(folder, 'ann');
  await ann.does('join', server.link, '--name', 'Ann');
  await ann.does('new-group', 'Family');
  const bo = await Person.at(browser, PHONE);
  const vera = await Person.at(browser);
  for (const [person, name] of [
    [bo, 'Bo'],
    [vera, 'Vera'],
  ] as const) {
    await person.arrive(await ann.does('invite-to', 'Family'), name);
    await person.composer.waitFor();
    await opensOffline(person);
    // Whoever has not heard that somebody came believes nobody of that name.
    while (!(await ann.does('people', 'Family')).includes(name));
  }
  // Each page has heard of the other.
  await bo.page.getByText('Vera').first().waitFor();
  await server.kill();
  for (const person of [bo, vera]) {
    await person.page.reload();
    await person.page.getByText(person.words.lineOffline).waitFor();
  }
  const talk = ann.starts('chat', 'Family', '--near');
  talk.type('/near');
  const [code] = await talk.until(/polynya-near:\S+/);
  const refused = await calls(bo, code);
  writeFileSync(film, filmOfScreen(talk.out));
  await vera.button(vera.words.near).first().click();
  const cameras = await scans(vera);
  const violations = await bo.violations();
  for (const person of [bo, vera]) {
    await person.page.keyboard.press('Escape');
    await person.page.getByText(person.words.lineNear).waitFor();
    if (!(await person.composer.isVisible())) await person.openChat('Family');
  }
  await bo.say('from Bo');
  await talk.until(/ Bo: from Bo$/m);
  await vera.sees('from Bo');
  await vera.say('from Vera');
  await bo.sees('from Vera');
  talk.type('from the terminal');
  for (const person of [bo, vera]) await person.sees('from the terminal');
  const offline = { bo: await bo.texts(), vera: await vera.texts() };
  talk.type('/quit');
  const { out } = await talk.ended();
  const heard = ['from Bo', 'from Vera'].map((text) => out.split(`: ${text}\n`).length - 1);

  // With the terminal gone, a file is left.
  await bo.say('and on a stick');
  await bo.button(bo.words.near).first().click();
  const download = bo.page.waitForEvent('download');
  await bo.button(near.out).click();
  const path = folder.in('carried');
  await (await download).saveAs(path);
  await vera.button(vera.words.near).first().click();
  await vera.page.locator('input[type=file][hidden]').last().setInputFiles(path);
  const taken = vera.page.getByText(/for you, new: /);
  await taken.waitFor();
  const carried = await taken.textContent();
  for (const person of [bo, vera]) {
    await person.page.getByText(near.state.silent).waitFor();
    await person.button(near.stop).click();
    await person.page.keyboard.press('Escape');
  }

  await server.restart();
  // Ann's is with her: she brings it.
  await ann.does('read', 'Family');
  await ann.does('send', 'Family', 'back', '--wait', '60');
  const said = async (person: Person) => (await person.texts()).filter((text) => text !== 'back');
  const inOrder = async () => String(await said(bo)) === String(await said(vera));
  for (const person of [bo, vera]) await person.sees('back');
  await until(inOrder);
  const logged = { bo: await said(bo), vera: await said(vera) };
  await server.stop();
  const complaints = [...bo.complaints, ...vera.complaints];
  return { refused, cameras, violations, complaints, offline, heard, carried, logged };
}

const folder = new TemporaryFolder();
const film = folder.in('screen.y4m');
const browser = await launch(filmsFrom(film));
try {
  console.log(JSON.stringify(await scenario(folder, browser, film)));
} finally {
  await browser.close();
  folder[Symbol.dispose]();
}
