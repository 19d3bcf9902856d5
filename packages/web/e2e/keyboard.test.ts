/** Everything by the keyboard alone: what can be used is reached by Tab, and where one is can be seen. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Person } from './person.ts';
import { serverAndBrowser } from './server-and-browser.ts';

const DESK = { width: 1024, height: 768 };

const { server, browser } = await serverAndBrowser();
let anna: Person;
let boris: Person;

beforeAll(async () => {
  anna = await Person.at(browser, { viewport: DESK });
  boris = await Person.at(browser);
});

const press = (...keys: string[]) =>
  keys.reduce((before, key) => before.then(() => anna.page.keyboard.press(key)), Promise.resolve());

/** Goes on by Tab until something of that name has the focus. */
async function tabTo(name: string): Promise<void> {
  for (let tries = 0; tries < 80; tries++) {
    if ((await focused()).startsWith(name)) return;
    await press('Tab');
  }
  throw new Error(`Tab never came to “${name}”`);
}

const focused = () =>
  anna.page.evaluate(() => {
    const { activeElement: one } = document;
    const label = one instanceof HTMLInputElement ? one.labels?.[0]?.textContent : '';
    return (one?.getAttribute('aria-label') || label || one?.textContent || '').trim();
  });

/** Once around: what Tab does not reach, and where it is not to be seen that something has the focus. */
async function amiss(): Promise<string[]> {
  await anna.page.evaluate(() => {
    const all = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
    const over = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document;
    const wanted = new Set(
      [...over.querySelectorAll<HTMLElement>(all)].filter(
        (one) => one.tabIndex >= 0 && !one.matches(':disabled, [inert] *') && one.checkVisibility(),
      ),
    );
    const unseen: string[] = [];
    const name = (one: Element) =>
      `${one.className} ${one.getAttribute('aria-label') ?? one.textContent}`.slice(0, 60);
    const look = ({ target }: FocusEvent) => {
      if (!(target instanceof HTMLElement)) return;
      wanted.delete(target);
      const { outlineStyle, outlineWidth, opacity } = getComputedStyle(target);
      const { left, right, top, bottom } = target.getBoundingClientRect();
      const inside = left < innerWidth && right > 0 && top < innerHeight && bottom > 0;
      const text = target.matches('input:not([type=checkbox]), textarea');
      // What takes text shows it by its frame and the caret.
      const shown = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
      if (!inside || opacity === '0' || !(shown || text)) unseen.push(`unseen: ${name(target)}`);
      const [x, y] = [(left + right) / 2, (Math.max(0, top) + Math.min(innerHeight, bottom)) / 2];
      const hit = document.elementFromPoint(x, y);
      const area = target.closest('label') ?? target;
      if (hit && !area.contains(hit) && !hit.contains(area))
        unseen.push(`covered: ${name(target)} by ${name(hit)}`);
    };
    document.addEventListener('focusin', look);
    Object.assign(globalThis, {
      reckon() {
        document.removeEventListener('focusin', look);
        return [...[...wanted].map((one) => `not reached: ${name(one)}`), ...unseen];
      },
    });
  });
  for (const key of ['Tab', 'Shift+Tab']) for (let times = 0; times < 50; times++) await press(key);
  return anna.page.evaluate(() => (globalThis as unknown as { reckon: () => string[] }).reckon());
}

describe('by the keyboard alone', () => {
  it('one comes in by an invite, and makes a chat', async () => {
    await anna.page.goto(server.link);
    await anna.page.getByLabel(anna.words.yourName).waitFor();
    expect(await amiss()).toEqual([]);
    await tabTo(anna.words.yourName);
    await anna.page.keyboard.type('Anna');
    await press('Enter');
    await anna.button(anna.words.newChat).waitFor();
    expect(await amiss()).toEqual([]);
    await tabTo(anna.words.newChat);
    await press('Enter');
    const link = await anna.inviteLink();
    expect(await amiss()).toEqual([]);
    await tabTo(anna.words.done);
    await press('Enter');
    await anna.composer.waitFor();
    await boris.arrive(link, 'Boris');
    await boris.say('Good morning');
    await anna.sees('Good morning');
  });

  it('a message is written, answered, and taken back', async () => {
    const { words, page } = anna;
    await anna.composer.waitFor();
    expect(await amiss()).toEqual([]);
    await tabTo(words.composer);
    await page.keyboard.type('Hello');
    await press('Enter');
    await boris.sees('Hello');
    await anna
      .bubble('Hello')
      .getByRole('button', { name: words.messageMenu })
      .waitFor({ state: 'attached' });
    while (
      !(await anna
        .bubble('Hello')
        .locator('.message-more button')
        .evaluate((one) => one === document.activeElement))
    )
      await press('Shift+Tab');
    await press('Enter');
    const menu = page.getByRole('menu', { name: words.messageMenu });
    await menu.waitFor();
    // A phone that is turned, a window made small: the menu stays in sight, its last item within reach.
    await page.setViewportSize({ width: 480, height: 300 });
    const seen = () => menu.boundingBox();
    await expect
      .poll(async () => ((await seen())?.y ?? 0) + ((await seen())?.height ?? 999))
      .toBeLessThan(300);
    await expect
      .poll(async () => ((await seen())?.x ?? 0) + ((await seen())?.width ?? 999))
      .toBeLessThan(480);
    for (let tries = 0; tries < 20 && (await focused()) !== words.delete; tries++)
      await press('ArrowDown');
    await expect
      .poll(() => page.getByRole('menuitem', { name: words.delete }).isVisible())
      .toBe(true);
    await page.setViewportSize(DESK);
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await amiss()).toEqual([]);
    await tabTo(words.deleteForAll);
    await press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await boris.bubble('Hello').waitFor({ state: 'detached' });
  });

  it('all of a chat, of the settings and of the search is reached', async () => {
    const { words, page } = anna;
    await page.locator('.chat-head-button').focus();
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await amiss()).toEqual([]);
    await tabTo(words.personMenu('Boris'));
    await press('Enter');
    await page.getByRole('menu').waitFor();
    await press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    expect(await focused()).toBe(words.personMenu('Boris'));
    await press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await tabTo(words.settings);
    await press('Enter');
    await page.locator('.device-list').waitFor();
    expect(await amiss()).toEqual([]);
    // 1280 by 800 at 200 %.
    await page.setViewportSize({ width: 640, height: 400 });
    expect(await amiss()).toEqual([]);
    await page.setViewportSize(DESK);
    await press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused()).toBe(words.settings);

    await press('Control+Shift+F');
    await page.getByRole('searchbox').fill('morning');
    await page.locator('.found').waitFor();
    expect(await amiss()).toEqual([]);
    await press('Escape', 'Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('a question is asked, and answered, on a small screen too', async () => {
    const { words, page } = anna;
    await page.setViewportSize({ width: 360, height: 400 });
    expect(await amiss()).toEqual([]);
    await tabTo(words.attach);
    await press('Enter');
    const menu = page.getByRole('menu', { name: words.attach });
    await menu.waitFor();
    for (let tries = 0; tries < 9 && (await focused()) !== words.poll; tries++)
      await press('ArrowDown');
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(words.pollQuestion);
    await page.keyboard.type('Tea?');
    await press('Tab');
    await page.keyboard.type('Yes');
    await press('Tab');
    await page.keyboard.type('No');
    expect(await amiss()).toEqual([]);
    await press('Enter');
    await anna.sees('Tea?');
    const yes = page.getByRole('button', { name: 'Yes' });
    while (!(await yes.evaluate((one) => one === document.activeElement))) await press('Shift+Tab');
    await press('Enter');
    await page.getByRole('button', { name: 'Yes', pressed: true }).waitFor();
    expect(await amiss()).toEqual([]);
    expect(anna.complaints).toEqual([]);
  });
});
