/** Somebody abroad who lends their line: the page for that in a real Chromium, with the counter that it shows. */
import type { Page } from 'playwright-core';
import { Chromium, type ChromiumPlan } from './chromium.ts';

const AGREE = 'I have read this and lend my line';
const LENT = 'Your line is lent. Keep this page open.';

/** What the counter shows. */
export interface Counted {
  readonly guests: number;
  readonly served: number;
  /** As people read it. */
  readonly carried: string;
}

export class Volunteer {
  readonly #browser: Chromium;
  readonly #page: Page;

  private constructor(browser: Chromium, page: Page) {
    this.#browser = browser;
    this.#page = page;
  }

  /** Opens a link to lend by, agrees, begins. @throws Error when the server does not take it */
  static async start(plan: ChromiumPlan, link: string): Promise<Volunteer> {
    const browser = await Chromium.start(plan);
    try {
      const page = await browser.page();
      await page.goto(link, { waitUntil: 'commit' });
      await page.getByRole('checkbox', { name: AGREE }).check();
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByText(LENT).waitFor();
      return new Volunteer(browser, page);
    } catch (error) {
      await browser.stop();
      throw error;
    }
  }

  async counted(): Promise<Counted> {
    const of = (term: string) =>
      this.#page.locator('dl.lend-counter div').filter({ hasText: term }).locator('dd').innerText();
    const [guests, served, carried] = await Promise.all(
      ['People now', 'People so far', 'Carried'].map(of),
    );
    return { guests: Number(guests), served: Number(served), carried: carried ?? '' };
  }

  stop(): Promise<void> {
    return this.#browser.stop();
  }
}
