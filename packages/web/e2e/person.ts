/** A person at a browser, doing what people do: everything by what is seen and labelled. */
import axe from 'axe-core';
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Locator,
  Page,
} from 'playwright-core';
import { expect } from 'vitest';
import { en } from '../src/words/en.ts';
import { enExtras } from '../src/words/en-extras.ts';
import { ru } from '../src/words/ru.ts';
import { ruExtras } from '../src/words/ru-extras.ts';
import { seldomWords } from '../src/words/seldom.ts';

const ENGLISH = { ...en, ...enExtras, ...seldomWords.en };
const RUSSIAN: typeof ENGLISH = { ...ru, ...ruExtras, ...seldomWords.ru };

export type Device = Pick<
  BrowserContextOptions,
  'viewport' | 'locale' | 'colorScheme' | 'hasTouch' | 'isMobile'
>;

export const PHONE: Device = {
  viewport: { width: 360, height: 740 },
  hasTouch: true,
  isMobile: true,
};

export class Person {
  readonly context: BrowserContext;
  /** What the page should have no reason to say. */
  readonly complaints: string[] = [];
  page: Page;
  readonly words: typeof ENGLISH;

  private constructor(context: BrowserContext, page: Page, words: typeof ENGLISH) {
    this.context = context;
    this.page = page;
    this.words = words;
    this.#listen(page);
  }

  static async at(browser: Browser, device: Device = {}): Promise<Person> {
    const context = await browser.newContext({ locale: 'en-GB', ...device });
    // For a machine that does much else beside.
    context.setDefaultTimeout(60_000);
    const words = device.locale?.startsWith('ru') ? RUSSIAN : ENGLISH;
    return new Person(context, await context.newPage(), words);
  }

  #listen(page: Page): void {
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  /** Runs a script in the engine's worker, ahead of it, in pages that are opened from now on, without a service worker: that would bring the engine as it is. */
  async aheadOfEngine(script: string): Promise<void> {
    await this.context.addInitScript(() => {
      ServiceWorkerContainer.prototype.register = () => Promise.reject(new Error('none here'));
    });
    await this.context.route('**/worker-*.js', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: `${script};${await answer.text()}` });
    });
  }

  /** With POLYNYA_SHOTS, a folder, it keeps what is seen. */
  async shot(name: string): Promise<void> {
    const { POLYNYA_SHOTS: folder } = process.env;
    if (folder) await this.page.screenshot({ path: `${folder}/${name}.png` });
  }

  async leave(): Promise<void> {
    await this.context.unrouteAll({ behavior: 'ignoreErrors' });
    await this.context.close();
  }

  /** Another tab of the same browser. */
  async tab(url: string): Promise<Page> {
    const page = await this.context.newPage();
    this.#listen(page);
    await page.goto(url);
    return page;
  }

  async arrive(link: string, name: string): Promise<void> {
    await this.page.goto(link);
    await this.page.getByLabel(this.words.yourName).fill(name);
    await this.button(this.words.enter).click();
    await this.button(this.words.newChat).or(this.composer).first().waitFor();
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: this.words.composer, exact: true });
  }

  get bubbles(): Locator {
    return this.page.locator('article.message');
  }

  bubble(text: string): Locator {
    return this.bubbles.filter({ hasText: text }).last();
  }

  /** Makes an invite to a new chat of two, leaves that chat open, and answers the link. */
  async inviteToChat(): Promise<string> {
    await this.button(this.words.newChat).click();
    const link = await this.inviteLink();
    await this.button(this.words.done).click();
    await this.composer.waitFor();
    return link;
  }

  /** Makes a group and an invite to it, leaves that group open, and answers the link. */
  async inviteToGroup(title: string): Promise<string> {
    await this.button(this.words.newGroup).click();
    await this.page.getByLabel(this.words.groupTitle).fill(title);
    await this.button(this.words.create).click();
    await this.button(this.words.inviteByLink).click();
    const link = await this.inviteLink();
    await this.button(this.words.done).click();
    await this.composer.waitFor();
    return link;
  }

  /** Makes an invite to the group that is open. */
  async inviteToOpenGroup(): Promise<string> {
    await this.page.locator('.chat-head-button').click();
    await this.button(this.words.inviteByLink).click();
    const link = await this.inviteLink();
    await this.page.keyboard.press('Escape');
    return link;
  }

  async inviteLink(): Promise<string> {
    return await this.page.getByLabel(this.words.inviteLink, { exact: true }).inputValue();
  }

  /** On a phone the list is one step back. */
  async openChat(title: string): Promise<void> {
    await this.page.getByRole('navigation').getByRole('button', { name: title }).click();
    await this.composer.waitFor();
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
    await this.sees(text);
  }

  async sees(text: string): Promise<void> {
    await this.bubble(text).waitFor();
  }

  /** Waits until the own message with that text is marked so. */
  async marked(text: string, mark: string): Promise<void> {
    await this.bubble(text).getByRole('img', { name: mark, exact: true }).waitFor();
  }

  /** Opens the menu of a message and chooses from it. */
  async choose(text: string, item: string): Promise<void> {
    await this.bubble(text).click({ button: 'right' });
    const menu = this.page.getByRole('menu');
    await menu
      .getByRole('menuitem', { name: item, exact: true })
      .or(menu.getByRole('menuitemcheckbox', { name: item, exact: true }))
      .click();
  }

  /** Opens the panel of the open chat, which stays open, and there the menu of a person. */
  async choosePerson(name: string, item: string): Promise<void> {
    await this.page.locator('.chat-head-button').click();
    await this.button(this.words.personMenu(name)).click();
    await this.page.getByRole('menuitem', { name: item, exact: true }).click();
  }

  /** The texts of all messages, as they stand. */
  texts(): Promise<string[]> {
    return this.bubbles.locator('.bubble-text').allTextContents();
  }

  /** WCAG 2.2 A and AA, as far as axe can tell. */
  async expectAccessible(): Promise<void> {
    expect(await this.violations()).toEqual([]);
  }

  /** What axe finds fault with, in this page or in another one of this browser. */
  async violations(page = this.page): Promise<string[]> {
    // By the debugger: the page's own policy lets no foreign script in. Once a page: it takes longer to read than to ask.
    if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
    return page.evaluate(async () => {
      const { axe: checker } = globalThis as unknown as { axe: typeof import('axe-core') };
      const passing = () =>
        document
          .getAnimations()
          .filter(({ effect }) => Number.isFinite(Number(effect?.getComputedTiming().endTime)))
          .filter(({ playState }) => playState === 'running');
      // What still fades in has no contrast yet.
      while (passing().length > 0) await Promise.allSettled(passing().map((one) => one.finished));
      const { violations } = await checker.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      });
      return violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
      );
    });
  }
}
