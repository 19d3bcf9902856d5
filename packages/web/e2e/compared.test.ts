/** What a safety number that was compared says later: a device came, somebody else bears the name, nothing was stored. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Person, PHONE } from './person.ts';
import { serverAndBrowser } from './server-and-browser.ts';

const { server, browser } = await serverAndBrowser();
let anna: Person;
let boris: Person;

beforeAll(async () => {
  anna = await Person.at(browser, { ...PHONE, locale: 'ru-RU' });
  boris = await Person.at(browser);
  await anna.aheadOfEngine(`{
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...given) {
      if (String(given[1]).startsWith('compared/') && globalThis.broken !== false) {
        globalThis.broken = false;
        throw new DOMException('full', 'QuotaExceededError');
      }
      return put.apply(this, given);
    };
  }`);
  await anna.arrive(server.link, 'Anna');
  await boris.arrive(await anna.inviteToChat(), 'Борис');
  await boris.say('Привет!');
  await anna.sees('Привет!');
});

const box = (checked: boolean) =>
  anna.page.getByRole('checkbox', { name: anna.words.verified, checked });
const warning = () => anna.page.locator('.chat-view').getByRole('alert');

async function linksAnother(): Promise<Person> {
  await boris.button(boris.words.settings).click();
  await boris.button(boris.words.linkDevice).click();
  const code = await boris.page.getByLabel(boris.words.linkCode, { exact: true }).inputValue();
  const laptop = await Person.at(browser);
  await laptop.page.goto(code);
  await laptop.page.getByLabel(laptop.words.deviceName).fill('Laptop');
  await laptop.button(laptop.words.linkDevice).click();
  await boris.button(boris.words.linkSame).click();
  await boris.button(boris.words.done).click();
  await boris.page.keyboard.press('Escape');
  return laptop;
}

describe('a safety number', () => {
  it('is not shown as compared where that could not be kept', async () => {
    await anna.choosePerson('Борис', anna.words.safetyNumber);
    await box(false).click();
    await anna.page.getByText(anna.words.problem['storage-full']).first().waitFor();
    await box(false).waitFor();
    await box(false).click();
    await box(true).waitFor();
    await anna.page.keyboard.press('Escape');
    await anna.page.locator('.person-note').getByText(anna.words.verified).waitFor();
    await anna.page.keyboard.press('Escape');
    expect(await warning().count()).toBe(0);
  });

  it('is asked for anew in the chat when a device came since', async () => {
    const laptop = await linksAnother();
    await warning().getByText(anna.words.doubts['new-device']).waitFor();
    await anna.expectAccessible();
    await anna.shot('compared-new-device');
    await warning().getByRole('button', { name: anna.words.safetyNumber }).click();
    const dialog = anna.page.getByRole('dialog');
    await dialog.getByText(anna.words.doubts['new-device']).waitFor();
    await anna.expectAccessible();
    await box(false).click();
    await box(true).waitFor();
    await dialog.getByText(anna.words.doubts['new-device']).waitFor({ state: 'detached' });
    await anna.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await warning().count()).toBe(0);
    await laptop.leave();
  });

  it('is said to be another one of who only has the name, until that was looked at', async () => {
    await anna.button(anna.words.back).click();
    const other = await Person.at(browser);
    await other.arrive(await anna.inviteToChat(), 'Бoрис');
    await warning().getByText(anna.words.doubts.namesake).waitFor();
    await anna.shot('compared-namesake');
    await anna.page.locator('.chat-head-button').click();
    await anna.page.locator('.person-note').getByText(anna.words.doubts.namesake).waitFor();
    await anna.page.keyboard.press('Escape');
    await anna.button(anna.words.doNotCompare).click();
    await warning().waitFor({ state: 'detached' });
    await other.leave();
  });

  it('stays that of the one it was opened for when somebody else comes and goes', async () => {
    const { page, words } = anna;
    await anna.button(words.back).click();
    const [gleb, vera] = [await Person.at(browser), await Person.at(browser)];
    await gleb.arrive(await anna.inviteToGroup('Дом'), 'Глеб');
    await vera.arrive(await anna.inviteToOpenGroup(), 'Вера');
    await vera.say('И я');
    await anna.sees('И я');
    await anna.choosePerson('Вера', words.safetyNumber);
    await page.locator('.safety-number span').nth(11).waitFor();
    const digits = () => page.locator('.safety-number').innerText();
    const hers = await digits();
    await gleb.page.locator('.chat-head-button').click();
    await gleb.button(gleb.words.leave).click();
    await gleb.page
      .getByRole('dialog', { name: gleb.words.leaveAsk })
      .getByRole('button', { name: gleb.words.leave })
      .click();
    await page.locator('.person-row').filter({ hasText: 'Глеб' }).waitFor({ state: 'detached' });
    await page.getByText(words.safetyText('Вера')).waitFor();
    expect(await digits()).toBe(hers);
    await page.keyboard.press('Escape');
    await gleb.leave();
    await vera.leave();
    expect(anna.complaints).toEqual([]);
  });
});
