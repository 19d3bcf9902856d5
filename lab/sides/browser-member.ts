/** A member of Polynya at a real browser, who does what people do: by what the page shows and calls by name. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { Diagnosis } from '../diagnosis.ts';
import { HOSTS, type HostName } from '../network/plan.ts';
import { Chromium, type ChromiumPlan, PATIENCE } from './chromium.ts';
import { askPanel } from './line-panel.ts';
import { ECHO, type Talker } from './talk.ts';

const NAME = 'Your name';
const ENTER = 'Come in';
const COMPOSER = 'Write a message';
const NEAR = 'Nearby, without the Internet';
const CODE = 'Or the line below it';
const CONNECT = 'Connect';
const SETTINGS = 'Settings';
const CLOSE = 'Close';
const [OUT, IN] = ['Save a file', 'Take a file in'];
/** What the page says of a file that it took. */
const TAKEN = /\d+ messages? for you, new: \d+/;

export class BrowserMember {
  readonly host: HostName;
  readonly name: string;
  readonly #peer: string;
  readonly #plan: ChromiumPlan;
  /** Where the page was opened first. */
  #page = '';

  /** @param peer whom they talk with @param plan with a folder of their own */
  constructor(name: string, peer: string, plan: ChromiumPlan) {
    this.host = plan.host;
    this.name = name;
    this.#peer = peer;
    this.#plan = plan;
  }

  get address(): string {
    return HOSTS[this.host].address;
  }

  /**
   * Opens a link to a chat in a new browser, says a name, is let in, and closes it. Answers what the chat is
   * called. @throws Error after `ms`
   */
  async arrive(link: string, ms = PATIENCE): Promise<string> {
    this.#page = link.slice(0, link.indexOf('#'));
    const browser = await Chromium.start(this.#plan);
    browser.context.setDefaultTimeout(ms);
    try {
      const page = await browser.page();
      // The page alone: what it loads may be what the censor freezes.
      await page.goto(link, { waitUntil: 'commit' });
      await page.getByLabel(NAME).fill(this.name);
      await page.getByRole('button', { name: ENTER, exact: true }).click();
      await composer(page).waitFor();
      // It opens without its server from then on.
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
      return this.#peer;
    } finally {
      await browser.stop();
    }
  }

  /** What the page's own panel says is being done to the line, in a browser that is opened anew. @throws Error when it says nothing */
  async diagnosis(): Promise<Diagnosis | null> {
    const browser = await Chromium.start(this.#plan);
    try {
      const page = await browser.page();
      await page.goto(this.#page, { waitUntil: 'commit' });
      return await askPanel(page);
    } finally {
      await browser.stop();
    }
  }

  /**
   * Opens the browser again, the page in it, and there the chat of that title.
   * @param near the code of who is in the same network, and is to be called first
   */
  talks(title: string, near?: Promise<string>): Talker {
    return new BrowserTalker(this.#open(title, near));
  }

  /** Writes a text in that chat and saves what waits there for a line, as one file at `path`. @throws Error when nothing waits */
  async carriesOut(title: string, text: string, path: string): Promise<void> {
    const { browser, page } = await this.#open(title);
    try {
      await composer(page).fill(text);
      await composer(page).press('Enter');
      await page.locator('article.message.mine').filter({ hasText: text }).waitFor();
      await openNear(page);
      const [file] = await Promise.all([page.waitForEvent('download'), button(page, OUT).click()]);
      await file.saveAs(path);
    } finally {
      await browser.stop();
    }
  }

  /** Takes in the file at `path`. Answers how often the text came into that chat by it. @throws Error when it is refused */
  async takesIn(title: string, text: string, path: string): Promise<number> {
    const { browser, page } = await this.#open(title);
    try {
      const before = await bubbles(page, text).count();
      await openNear(page);
      const [chooser] = await Promise.all([
        page.waitForEvent('filechooser'),
        button(page, IN).click(),
      ]);
      await chooser.setFiles(path);
      await page.getByText(TAKEN).waitFor();
      await closeNear(page);
      await pause(ECHO);
      return (await bubbles(page, text).count()) - before;
    } finally {
      await browser.stop();
    }
  }

  async #open(title: string, near?: Promise<string>): Promise<Open> {
    const browser = await Chromium.start(this.#plan);
    const page = await browser.page();
    await page.goto(this.#page, { waitUntil: 'commit' });
    if (near) await call(page, await near);
    await page.getByRole('navigation').getByRole('button', { name: title }).click();
    await composer(page).waitFor();
    return { browser, page };
  }
}

interface Open {
  readonly browser: Chromium;
  readonly page: Page;
}

class BrowserTalker implements Talker {
  readonly #open: Promise<Open>;

  constructor(open: Promise<Open>) {
    this.#open = open;
    open.catch((error: unknown) => console.error(`a browser of the lab: ${error}`));
  }

  say(text: string): void {
    this.#open
      .then(async ({ page }) => {
        await composer(page).fill(text);
        await composer(page).press('Enter');
      })
      .catch(() => undefined);
  }

  async heard(text: string): Promise<number> {
    const { page } = await this.#open;
    return bubbles(page, text).count();
  }

  async hears(text: string, signal: AbortSignal): Promise<boolean> {
    const over = new Promise<false>((resolve) => {
      signal.addEventListener('abort', () => resolve(false), { once: true });
    });
    const come = this.#open
      .then(({ page }) => bubbles(page, text).first().waitFor({ timeout: 0 }))
      .then(
        () => true,
        () => false,
      );
    return Promise.race([come, over]);
  }

  async stop(): Promise<void> {
    const open = await this.#open.catch(() => null);
    await open?.browser.stop();
  }
}

/** As somebody does who has no line: by what the page offers then. */
async function call(page: Page, code: string): Promise<void> {
  await openNear(page);
  await page.getByLabel(CODE).fill(code);
  await button(page, CONNECT).click();
  await page.getByText(/^Near\./).waitFor();
  await closeNear(page);
}

/** In the settings, for the line may still be looked for. */
async function openNear(page: Page): Promise<void> {
  await button(page, SETTINGS).click();
  await button(page, NEAR).last().click();
}

async function closeNear(page: Page): Promise<void> {
  for (const _ of [NEAR, SETTINGS]) await button(page, CLOSE).last().click();
}

function button(page: Page, name: string) {
  return page.getByRole('button', { name, exact: true });
}

function composer(page: Page) {
  return page.getByRole('textbox', { name: COMPOSER, exact: true });
}

/** Of others. */
function bubbles(page: Page, text: string) {
  return page.locator('article.message:not(.mine)').filter({ hasText: text });
}
