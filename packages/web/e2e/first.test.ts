/** What a person meets who comes without an invite, with a bad one, or where the page cannot work. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { Person } from './person.ts';
import { isKept } from './recorded-notes.ts';
import { giveSenses } from './senses.ts';
import { serverAndBrowser } from './server-and-browser.ts';

const { server, browser } = await serverAndBrowser();

describe('the first screen', () => {
  it('explains that an invite is needed, in Russian too', async () => {
    const guest = await Person.at(browser, { locale: 'ru-RU' });
    await guest.page.goto(server.page);
    await guest.page.getByRole('heading', { name: guest.words.welcomeTitle }).waitFor();
    await guest.expectAccessible();
    await guest.context.close();
  });

  it('explains it in English, takes a pasted link, and says what is wrong with half of one', async () => {
    const guest = await Person.at(browser);
    await guest.page.goto(server.page);
    await guest.page.getByRole('heading', { name: guest.words.welcomeTitle }).waitFor();
    await guest.expectAccessible();
    const field = guest.page.getByLabel(guest.words.pasteLink);
    await field.fill(server.link.slice(0, -20));
    await guest.button(guest.words.openInvite).click();
    await guest.page
      .getByRole('alert')
      .getByText(guest.words.problem['invite-malformed'])
      .waitFor();
    await guest.button(guest.words.anotherLink).click();
    await field.fill(server.link);
    await guest.button(guest.words.openInvite).click();
    await guest.page.getByRole('heading', { name: guest.words.previewServer }).waitFor();
    await guest.context.close();
  });

  it('says over plain http why it cannot work, instead of failing', async () => {
    const guest = await Person.at(browser, { locale: 'ru-RU' });
    await guest.page.addInitScript(() => {
      Object.defineProperty(globalThis, 'isSecureContext', { value: false });
    });
    await guest.page.goto(server.page);
    await guest.page.getByRole('heading', { name: 'Нужно защищённое соединение' }).waitFor();
    expect(guest.complaints).toEqual([]);
    await guest.context.close();
  });

  it('says that the browser keeps nothing, where it keeps nothing', async () => {
    const guest = await Person.at(browser);
    await guest.aheadOfEngine(
      'indexedDB.open = () => { throw new DOMException("not here", "SecurityError"); }',
    );
    await guest.page.goto(server.page);
    await guest.page.getByText(guest.words.brokenStorage).waitFor();
    await guest.leave();
  });
});

describe('a page that is open in several tabs', () => {
  it('runs in one of them, which another may become, and goes on in one that waits when that one is closed', async () => {
    const anna = await Person.at(browser);
    const first = anna.page;
    const runsIn = (tab: Page) => tab.getByRole('button', { name: anna.words.newChat }).waitFor();
    const waitsIn = (tab: Page) =>
      tab.getByRole('heading', { name: anna.words.elsewhereTitle }).waitFor();
    const useIn = (tab: Page) => tab.getByRole('button', { name: anna.words.useHere }).click();

    await anna.arrive(server.link, 'Anna');
    const second = await anna.tab(server.page);
    await waitsIn(second);
    await useIn(second);
    await runsIn(second);
    await waitsIn(first);
    await anna.expectAccessible();

    await useIn(first);
    await runsIn(first);
    await waitsIn(second);
    const third = await anna.tab(server.page);
    await waitsIn(third);
    await first.close();
    await runsIn(second);
    await second.close();
    await runsIn(third);
    expect(anna.complaints).toEqual([]);
    await anna.context.close();
  });

  it('keeps what was being recorded in one of them when another takes over', async () => {
    const anna = await Person.at(browser);
    const first = anna.page;
    await anna.arrive(server.link, 'Anna');
    await anna.inviteToChat();
    await giveSenses(first);
    await anna.button(anna.words.recordVoice).click();
    await expect.poll(() => isKept(first, 'recording'), { timeout: 60_000 }).toBe(true);
    const second = await anna.tab(server.page);
    await second.getByRole('button', { name: anna.words.useHere }).click();
    await first.getByRole('heading', { name: anna.words.elsewhereTitle }).waitFor();
    await second.getByRole('navigation').getByRole('listitem').getByRole('button').first().click();
    await second.getByText(anna.words.notSentYet).waitFor();
    expect(anna.complaints).toEqual([]);
    await anna.context.close();
  });
});

describe('wiping the device', () => {
  it('asks for a word, and leaves nothing behind', async () => {
    const anna = await Person.at(browser);
    await anna.arrive(server.link, 'Anna');
    await anna.button(anna.words.settings).click();
    const wipe = anna.button(anna.words.wipeDo);
    expect(await wipe.isDisabled()).toBe(true);
    await anna.page.getByLabel(anna.words.wipeType(anna.words.wipeWord)).fill('WIPE');
    await wipe.click();
    await anna.page.getByRole('heading', { name: anna.words.welcomeTitle }).waitFor();
    await anna.context.close();
  });
});
