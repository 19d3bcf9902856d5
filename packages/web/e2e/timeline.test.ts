/** A long conversation: older messages come as one scrolls up, nothing moves under a reader's eyes. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Person } from './person.ts';
import { serverAndBrowser } from './server-and-browser.ts';

const { server, browser } = await serverAndBrowser();
let anna: Person;
let boris: Person;

const COUNT = 90;
const LONG = ': with so much more to say that it takes several lines, for rows to differ in height';

/** For somebody who comes when all was said. */
let late: string;

beforeAll(async () => {
  anna = await Person.at(browser);
  boris = await Person.at(browser, { viewport: { width: 360, height: 740 } });
  await anna.arrive(server.link, 'Anna');
  await boris.arrive(await anna.inviteToGroup('House 7'), 'Boris');
  await boris.say('ready');
  await anna.sees('ready');
  await boris.button(boris.words.back).click();
  late = await anna.inviteToOpenGroup();
  await anna.composer.evaluate(
    (area, lines) => {
      for (const line of lines) {
        (area as HTMLTextAreaElement).value = line;
        area.dispatchEvent(new InputEvent('input', { bubbles: true }));
        area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
      }
    },
    Array.from({ length: COUNT }, (_, i) => `line ${i}${i % 7 ? '' : LONG}`),
  );
  await anna.marked(`line ${COUNT - 1}`, anna.words.stateDelivered);
  await boris.openChat('House 7');
});

/** Pixels below what is in sight. */
const below = () =>
  boris.page.evaluate(() => {
    const box = document.querySelector('.timeline-scroll');
    return box ? Math.round(box.scrollHeight - box.clientHeight - box.scrollTop) : Number.NaN;
  });

const newest = () => boris.button(boris.words.newest);

describe('a long timeline', () => {
  it('opens at the first unread message', async () => {
    await boris.page.getByText(boris.words.unreadDivider).waitFor();
    expect(await below()).toBeGreaterThan(1000);
    expect(await boris.bubbles.count()).toBeLessThan(40);
  });

  it('jumps to the newest, and is opened there the next time', async () => {
    await newest().click();
    await boris.sees(`line ${COUNT - 1}`);
    await newest().waitFor({ state: 'detached' });
    await anna.marked(`line ${COUNT - 1}`, anna.words.stateRead);
    await boris.page.reload();
    await boris.sees(`line ${COUNT - 1}`);
    await expect.poll(below).toBeLessThan(5);
  });

  it('brings older messages as one scrolls up, to the first', async () => {
    await boris.page.locator('.timeline-scroll').hover();
    const first = boris.bubbles.filter({ hasText: /line 0:/ });
    await expect
      .poll(
        async () => {
          await boris.page.mouse.wheel(0, -900);
          return await first.count();
        },
        { timeout: 30_000 },
      )
      .toBe(1);
  });

  it('stays where one reads when something new comes, and counts it', async () => {
    const before = await boris.page.locator('.timeline-scroll').evaluate((box) => box.scrollTop);
    await anna.say('something new');
    await boris.page.locator('.timeline-newest .badge').getByText('1').waitFor();
    const after = await boris.page.locator('.timeline-scroll').evaluate((box) => box.scrollTop);
    expect(Math.abs(after - before)).toBeLessThan(5);
    await newest().click();
    await boris.sees('something new');
    await anna.marked('something new', anna.words.stateRead);
  });

  it('follows what comes while one is at its end', async () => {
    await anna.say('and more');
    await boris.sees('and more');
    await expect.poll(below).toBeLessThan(5);
    expect([...anna.complaints, ...boris.complaints]).toEqual([]);
  });

  it.each(['forward', 'messageMenu'] as const)(
    'moves nothing away from on top that was opened in it: %s',
    async (what) => {
      const { page, words } = boris;
      if (await newest().isVisible()) await newest().click();
      await boris.bubble(`line ${COUNT - 1}`).click({ button: 'right' });
      const menu = page.getByRole('menu', { name: words.messageMenu });
      await menu.waitFor();
      if (what === 'forward') await menu.getByRole('menuitem', { name: words.forward }).click();
      const open = what === 'forward' ? page.getByRole('dialog') : menu;
      await open.waitFor();
      // As when others write much, or a keyboard comes up.
      for (const by of [-4000, 400, 4000, -300, 300]) {
        await page.locator('.timeline-scroll').evaluate((list, far) => list.scrollBy(0, far), by);
        await page.waitForTimeout(200);
      }
      expect(await open.evaluate((one) => one.matches(':modal, :popover-open'))).toBe(true);
      expect(await open.evaluate((one) => one.contains(document.activeElement))).toBe(true);
      await page.keyboard.press('Escape');
      await open.waitFor({ state: 'detached' });
      // And what was opened can be opened anew.
      await boris.bubble(`line ${COUNT - 1}`).click({ button: 'right' });
      await menu.waitFor();
      await page.keyboard.press('Escape');
      await menu.waitFor({ state: 'detached' });
    },
  );

  it('opens at its beginning for whoever comes by a link after all was said', async () => {
    const vera = await Person.at(browser, { viewport: { width: 360, height: 740 } });
    await vera.arrive(late, 'Vera');
    await vera.page.getByText(vera.words.unreadDivider).waitFor();
    await vera.sees('line 0');
    expect(await vera.bubbles.filter({ hasText: `line ${COUNT - 1}` }).count()).toBe(0);
    await vera.context.close();
  });
});
