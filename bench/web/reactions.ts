/**
 * Reactions to every second of so many messages, all of them in sight: what the page does for them, what the browser
 * alone would do for the same rows, and how long it takes with the engine.
 */
import type { Page } from 'playwright-core';
import { SLOWED, slowed } from './pages.ts';
import { type Timing, timing } from './samples.ts';

const ROUNDS = 5;
/** With the engine, which takes a while. */
const STORED_ROUNDS = 2;
const REACTIONS = 200;
const ROWS = 400;
/** Pixels: loaded until so high, which is more than that many rows. */
const LOADED = 85 * ROWS;
/** Pixels: as wide as a phone, and so high that all of it is in sight, with what the reactions add. */
const WINDOW = { width: 480, height: 120 * ROWS };
const LIKE = '👍';

declare const ask: (method: string, ...args: unknown[]) => Promise<unknown>;
declare const tellLast: (count: number) => Promise<void>;
declare const tellReactions: (emoji: string, ids: readonly string[]) => Promise<void>;
declare const addReactions: (all: boolean) => void;

export async function reactions(page: Page): Promise<Timing[]> {
  await loadRows(page);
  const stored = await reactedTo(page);
  const seen: number[] = [];
  await slowed(page, SLOWED);
  for (let round = 0; round < STORED_ROUNDS; round++) {
    seen.push(await react(page, LIKE, stored, REACTIONS));
    await react(page, '', stored, 0);
  }
  await onlyRows(page);
  const ids = await reactedTo(page);
  const [shown, one, alone]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    shown.push(await work(page, () => showReactions(page, LIKE, ids)));
    await showReactions(page, '', ids);
    one.push(await work(page, () => showReactions(page, LIKE, ids.slice(-1))));
    await showReactions(page, '', ids.slice(-1));
  }
  await showReactions(page, LIKE, ids);
  await withoutScript(page);
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await work(page, () => addedAlone(page, true)));
    await addedAlone(page, false);
  }
  const beside = `beside ${ROWS} messages in sight`;
  const many = `${REACTIONS} reactions at once ${beside}`;
  return [
    timing(`${many}: work of the page`, shown, 'ms', 150),
    timing(`${many}: of the browser alone, for the same rows without a script`, alone, 'ms'),
    timing(`one reaction ${beside}: work of the page`, one, 'ms'),
    timing(`${many}: stored by the engine and seen`, seen, 'ms'),
  ];
}

/** ms that the page's main thread is busy. */
async function work(page: Page, of: () => Promise<unknown>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const busy = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
  };
  const before = await busy();
  await of();
  const after = await busy();
  await session.detach();
  return after - before;
}

/** A window that is high enough for all of them, and more than that loaded. */
async function loadRows(page: Page): Promise<void> {
  await page.locator('.timeline-scroll').hover();
  const loaded = () => page.locator('.timeline-scroll').evaluate((box) => box.scrollHeight);
  for (let turn = 0; turn < 400 && (await loaded()) < LOADED; turn++) {
    await page.mouse.wheel(0, -4_000);
    await page.waitForTimeout(20);
  }
  await slowed(page, 1);
  await page.setViewportSize(WINDOW);
  await page.waitForFunction(
    (count) => document.querySelectorAll('article.message').length >= count,
    ROWS,
  );
  // So high a window asks for more, above.
  for (let before = 0, now = await loaded(); now !== before; before = now, now = await loaded()) {
    await page.locator('.timeline-scroll').evaluate((box) => box.scrollTo(0, box.scrollHeight));
    await page.waitForTimeout(1_000);
  }
}

/** Nothing above them: what is pushed out of the window would leave the page, which is no work of reactions. */
async function onlyRows(page: Page): Promise<void> {
  await page.evaluate((count) => tellLast(count), ROWS);
  await page.waitForFunction(
    (count) => document.querySelectorAll('article.message').length === count,
    ROWS,
  );
}

/** Every second of the last rows. */
function reactedTo(page: Page): Promise<string[]> {
  return page
    .locator('article.message')
    .evaluateAll(
      (all, rows) =>
        all
          .slice(-rows)
          .flatMap((one, at) => (at % 2 === 0 ? ((one as HTMLElement).dataset.message ?? '') : [])),
      ROWS,
    );
}

/** The page is told of a reaction to each, as its engine would; until that was painted. */
function showReactions(page: Page, emoji: string, ids: readonly string[]): Promise<void> {
  return page.evaluate(
    async ({ emoji, ids }) => {
      await tellReactions(emoji, ids);
      // What was laid out may have to be placed anew, a frame later.
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
      await new Promise((resolve) => setTimeout(resolve));
    },
    { emoji, ids },
  );
}

/** Puts a copy of all rows in their place that nothing listens to: `addReactions` shows there what is shown now. */
function withoutScript(page: Page): Promise<void> {
  return page.evaluate(() => {
    const live = document.querySelector('.timeline-scroll') as HTMLElement;
    const copy = live.cloneNode(true) as HTMLElement;
    live.replaceWith(copy);
    const shown = [...copy.querySelectorAll('.reaction')];
    const boxes = shown.map(({ parentElement }) => parentElement as HTMLElement);
    Object.assign(globalThis, {
      addReactions(all: boolean) {
        boxes.forEach((box, i) => {
          box.replaceChildren(...(all ? [shown[i]?.cloneNode(true) ?? ''] : []));
        });
        copy.scrollTo(0, copy.scrollHeight);
      },
    });
  });
}

function addedAlone(page: Page, all: boolean): Promise<void> {
  return page.evaluate(async (all) => {
    addReactions(all);
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    await new Promise((resolve) => setTimeout(resolve));
  }, all);
}

/** The person reacts to each. @returns ms until so many reactions are seen in all */
function react(page: Page, emoji: string, ids: readonly string[], wanted: number): Promise<number> {
  return page.evaluate(
    async ({ emoji, ids, wanted }) => {
      const { chat } = history.state as { chat: string };
      const seen = () => document.querySelectorAll('.reaction').length;
      const started = performance.now();
      const made = Promise.all(ids.map((id) => ask('react', chat, id, emoji)));
      while (seen() !== wanted) {
        if (performance.now() - started > 600_000)
          throw new Error(`${seen()} are seen of ${wanted}`);
        await new Promise(requestAnimationFrame);
      }
      const took = performance.now() - started;
      await made;
      return took;
    },
    { emoji, ids, wanted },
  );
}
