/**
 * A large file from page to page, stopped on its way by hand and by the network, up and down. POLYNYA_FILE_MB says
 * how large: `POLYNYA_FILE_MB=100 npm test -- packages/web/e2e/file.test.ts` takes the largest there may be.
 */
import { createHash, randomFillSync } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from '../../../scripts/chromium.ts';
import { Person, PHONE } from './person.ts';
import { ServerProcess } from './server-process.ts';
import { SlowLine } from './slow-line.ts';

const MB = 1_000_000;
const SIZE = Number(process.env.POLYNYA_FILE_MB ?? 20) * MB;
/** Slow enough to stop a file where one wants to. */
const SLOW = 2 * MB;
/** So slow that it is not over before a hand, or a busy machine, has found the button. */
const CRAWL = 0.1 * MB;

let line: SlowLine;
let server: ServerProcess;
let browser: Browser;
let anna: Person;
let boris: Person;
const folder = mkdtempSync(join(tmpdir(), 'polynya-file-'));

beforeAll(async () => {
  line = await SlowLine.start();
  server = await ServerProcess.start(['--public', line.url]);
  line.target = Number(new URL(server.page).port);
  browser = await launch();
  anna = await Person.at(browser);
  boris = await Person.at(browser, PHONE);
  await anna.arrive(server.link, 'Anna');
  await boris.arrive(await anna.inviteToChat(), 'Boris');
  await boris.say('ready');
  await anna.sees('ready');
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  line?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A file of noise on the disk, and its SHA-256. */
function noise(name: string): { path: string; hash: string } {
  const path = join(folder, name);
  const hash = createHash('sha256');
  const file = openSync(path, 'w');
  const piece = Buffer.alloc(MB);
  for (let left = SIZE; left > 0; left -= piece.length) {
    hash.update(randomFillSync(piece));
    writeSync(file, piece);
  }
  closeSync(file);
  return { path, hash: hash.digest('hex') };
}

const button = (person: Person, name: string) =>
  person.bubble('All of it').getByRole('button', { name, exact: true });
const progress = (person: Person) => person.bubble('All of it').locator('progress');
const done = (person: Person) =>
  progress(person).evaluate((bar) => (bar as HTMLProgressElement).value);
const beyond = (person: Person, bytes: number) =>
  expect.poll(() => done(person), { timeout: 60_000 }).toBeGreaterThan(bytes);
const paused = (person: Person) =>
  person.bubble('All of it').getByText(person.words.filePaused).waitFor();

/** Stops a moving file by hand, looks at the page anew, goes on, and stops it by the network. */
async function stopped(person: Person): Promise<void> {
  await beyond(person, MB);
  line.rate = CRAWL;
  await button(person, person.words.filePause).click();
  await paused(person);
  line.rate = SLOW;
  await person.expectAccessible();
  const before = await done(person);
  await person.page.reload();
  await paused(person);
  expect(await done(person)).toBe(before);

  await button(person, person.words.fileResume).click();
  await beyond(person, before + MB);
  line.rate = CRAWL;
  line.break();
  await person.page
    .getByText(person.words.lineOffline)
    .or(person.page.getByText(person.words.lineConnecting))
    .first()
    .waitFor();
  expect(await done(person)).toBeGreaterThan(before);
  line.rate = Number.POSITIVE_INFINITY;
  line.mend();
}

describe('a large file', () => {
  let sent: { path: string; hash: string };

  it('goes up, paused by hand, over a reload and a broken line', async () => {
    sent = noise('ice.bin');
    line.rate = SLOW;
    await anna.page.locator('input[type=file]').setInputFiles(sent.path);
    await anna.page.getByLabel(anna.words.caption).fill('All of it');
    await anna.page.getByRole('dialog').getByRole('button', { name: anna.words.send }).click();
    await stopped(anna);
    await boris.bubble('All of it').waitFor({ timeout: 120_000 });
    await progress(anna).waitFor({ state: 'detached' });
  });

  it('comes down, paused by hand, over a reload and a broken line, byte for byte', async () => {
    line.rate = SLOW;
    await button(boris, boris.words.fileGet).click();
    await stopped(boris);
    const save = button(boris, boris.words.fileSave);
    await save.waitFor({ timeout: 120_000 });
    const [download] = await Promise.all([boris.page.waitForEvent('download'), save.click()]);
    expect(download.suggestedFilename()).toBe('ice.bin');
    const hash = createHash('sha256');
    for await (const chunk of await download.createReadStream()) hash.update(chunk);
    expect(hash.digest('hex')).toBe(sent.hash);
    expect([...anna.complaints, ...boris.complaints]).toEqual([]);
  });
});
