/** What is measured of a page that is open: opening, scrolling, typing, search. */
import type { Page } from 'playwright-core';
import { en } from '../../packages/web/src/words/en.ts';
import { TYPED } from '../texts.ts';
import { reference, SLOWED, slowed } from './pages.ts';
import { type Timing, timing } from './samples.ts';
import { LONG, MESSAGES } from './stored.ts';

const ROUNDS = 3;
const OPENINGS = 8;
const LETTERS = 'The meeting is at eight, bring the keys';
/** ms between frames at 60 Hz. */
const FRAME = 1_000 / 60;

declare const ask: (method: string, ...args: unknown[]) => Promise<unknown>;

const rows = (page: Page) => page.locator('.list-rows .chat-row');
const composer = (page: Page) => page.getByRole('textbox', { name: en.composer, exact: true });

/** From the address to the first chats, and until all of them are read, which the line waits for. */
export async function opening(page: Page, url: string, chats: number): Promise<Timing[]> {
  const first: number[] = [];
  const readable: number[] = [];
  const whole: number[] = [];
  const references: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    await page.goto('about:blank');
    await slowed(page, SLOWED);
    const started = performance.now();
    await page.goto(url, { waitUntil: 'commit' });
    await rows(page).first().waitFor();
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    (round === 0 ? first : readable).push(performance.now() - started);
    await allRead(page);
    whole.push(performance.now() - started);
    references.push(await reference(page));
    await listKept(page);
  }
  return [
    timing(
      `a loop of fixed length, ${SLOWED} times slower: to compare machines by`,
      references,
      'ms',
    ),
    timing(`page opened until its chats are there, ${chats} chats`, readable, 'ms'),
    timing('the same where no copy of the list lies there yet', first, 'ms'),
    timing(`page opened until ${chats} chats are read`, whole, 'ms'),
  ];
}

/** What is asked of nobody in particular is answered when all chats are known. */
const allRead = (page: Page) => page.evaluate(() => ask('safetyNumber', '').catch(() => undefined));

/** The copy of the list, which is written a moment later, lies in the store: people leave a page later than this does. */
async function listKept(page: Page): Promise<void> {
  const records = () =>
    page.evaluate(async () => {
      const opening = indexedDB.open('polynya');
      const database = await new Promise<IDBDatabase>((done) => {
        opening.onsuccess = () => done(opening.result);
      });
      const counting = database
        .transaction('setting')
        .objectStore('setting')
        .count(IDBKeyRange.bound('list/', 'list0'));
      const count = await new Promise<number>((done) => {
        counting.onsuccess = () => done(counting.result);
      });
      database.close();
      return count;
    });
  for (let before = -1, now = 0; now === 0 || now !== before; now = await records()) {
    before = now;
    await page.waitForTimeout(2_000);
  }
}

export async function openWhole(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await slowed(page, SLOWED);
  await rows(page).first().waitFor();
  await allRead(page);
}

/** The long chat, which is the oldest. */
export async function openLong(page: Page): Promise<void> {
  const long = rows(page).filter({ hasText: LONG }).first();
  // The list may still be filling.
  while (!(await long.isVisible())) {
    await page.locator('.list-rows').evaluate((list) => list.scrollTo(0, list.scrollHeight));
    await page.waitForTimeout(100);
  }
  await long.click();
  await page.locator('.timeline article.message').first().waitFor();
}

/** To and fro between the long chat, which is the oldest, and one that is in sight beside it. */
export async function openingChat(page: Page): Promise<Timing> {
  await openLong(page);
  const long = rows(page).filter({ hasText: LONG }).first();
  // Above the first there is only half a row in sight.
  const other = rows(page).filter({ hasNotText: LONG }).last();
  const times: number[] = [];
  for (let round = 0; round < OPENINGS; round++) {
    await other.click();
    await page.locator('.chat-head').filter({ hasNotText: LONG }).waitFor();
    times.push(
      await long.evaluate(async (row, title) => {
        const started = performance.now();
        (row as HTMLElement).click();
        const there = () =>
          document.querySelector('.chat-head')?.textContent?.includes(title) &&
          document.querySelector('.timeline article.message');
        while (!there()) await new Promise((resolve) => requestAnimationFrame(resolve));
        return performance.now() - started;
      }, LONG),
    );
  }
  return timing(`a chat of ${MESSAGES} messages opened until they are seen`, times, 'ms');
}

/** ms between frames while `work` goes on. */
async function framesDuring(page: Page, work: () => Promise<unknown>): Promise<number[]> {
  const running = page.evaluate(() => {
    const all = globalThis as unknown as { stopFrames(): void };
    const frames: number[] = [];
    let on = true;
    all.stopFrames = () => {
      on = false;
    };
    return new Promise<number[]>((resolve) => {
      let last = performance.now();
      const frame = (now: number) => {
        frames.push(now - last);
        last = now;
        if (on) requestAnimationFrame(frame);
        else resolve(frames.slice(1));
      };
      requestAnimationFrame(frame);
    });
  });
  await work();
  await page.evaluate(() => (globalThis as unknown as { stopFrames(): void }).stopFrames());
  return running;
}

/** Turns of a wheel, as many a second as a hand makes. */
export async function scrolling(
  page: Page,
  name: string,
  over: string,
  down: number,
): Promise<Timing[]> {
  await page.locator(over).hover();
  const frames = await framesDuring(page, async () => {
    for (let turn = 0; turn < 60; turn++) {
      await page.mouse.wheel(0, down);
      await page.waitForTimeout(50);
    }
  });
  const missed = frames.reduce((sum, ms) => sum + Math.max(0, Math.round(ms / FRAME) - 1), 0);
  const share = (100 * frames.length) / (frames.length + missed);
  return [
    timing(`${name}: from frame to frame`, frames, 'ms', FRAME * 1.5),
    timing(`${name}: longest`, [Math.max(...frames)], 'ms'),
    timing(`${name}: frames that came`, [share], '% of 60 a second'),
  ];
}

/** As the browser tells it of each key, to the frame that shows it (W3C Event Timing: in steps of 8 ms). */
export async function typing(page: Page): Promise<Timing> {
  await composer(page).click();
  await page.evaluate(() => {
    const all = globalThis as unknown as { keys: number[] };
    all.keys = [];
    new PerformanceObserver((list) => {
      for (const { name, duration } of list.getEntries())
        if (name === 'keydown') all.keys.push(duration);
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
  });
  await page.keyboard.type(LETTERS, { delay: 60 });
  await page.waitForTimeout(300);
  const told = await page.evaluate(() => (globalThis as unknown as { keys: number[] }).keys);
  await composer(page).fill('');
  // What took less than 16 ms is not told.
  const quick = Array.from({ length: Math.max(0, LETTERS.length - told.length) }, () => 8);
  return timing('a key pressed until the letter is seen', [...told, ...quick], 'ms', 3 * FRAME);
}

/** Letter by letter, as it is typed into the field; not slowed. */
export async function search(page: Page): Promise<Timing[]> {
  await slowed(page, 1);
  const first = await page.evaluate(async () => {
    const started = performance.now();
    await ask('search', { text: 'привет' });
    return performance.now() - started;
  });
  const times = await page.evaluate(async (typed) => {
    const found: number[] = [];
    for (const text of [...typed, ...typed, ...typed]) {
      for (let letters = 1; letters <= text.length; letters++) {
        const started = performance.now();
        await ask('search', { text: text.slice(0, letters) });
        found.push(performance.now() - started);
      }
    }
    return found;
  }, TYPED);
  return [
    timing(`search of ${MESSAGES} messages: first answer`, [first], 'ms'),
    timing(`search of ${MESSAGES} messages: each letter`, times, 'ms', 50),
  ];
}
