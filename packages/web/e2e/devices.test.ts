/** One person on two devices: linked by a code and digits, the same in every chat, and one taken out again. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Person, PHONE } from './person.ts';
import { serverAndBrowser } from './server-and-browser.ts';

const { server, browser } = await serverAndBrowser();
let anna: Person;
let phone: Person;
let boris: Person;

beforeAll(async () => {
  anna = await Person.at(browser);
  phone = await Person.at(browser, { ...PHONE, colorScheme: 'dark' });
  boris = await Person.at(browser, { locale: 'ru-RU' });
  await anna.arrive(server.link, 'Anna');
  await boris.arrive(await anna.inviteToChat(), 'Борис');
  await boris.say('Привет!');
  await anna.sees('Привет!');
});

/** A code for another device, on the screen of this one. */
async function code(): Promise<string> {
  await anna.button(anna.words.settings).click();
  await anna.button(anna.words.linkDevice).click();
  return await anna.page.getByLabel(anna.words.linkCode, { exact: true }).inputValue();
}

async function opens(link: string): Promise<void> {
  await phone.page.goto(link);
  await phone.page.getByRole('heading', { name: phone.words.linkNewTitle }).waitFor();
  await phone.page.getByLabel(phone.words.deviceName).fill('Phone');
  await phone.expectAccessible();
  await phone.button(phone.words.linkDevice).click();
}

const linkedPhone = () => anna.page.locator('.device-list li').filter({ hasText: 'Phone' });

const digits = async (person: Person) =>
  (await person.page.locator('.safety-number').innerText()).replace(/\D/g, '');

describe('another device', () => {
  it('is refused where the digits are said to differ', async () => {
    await opens(await code());
    await anna.page.getByText(anna.words.linkCompare('Phone')).waitFor();
    await anna.expectAccessible();
    await anna.button(anna.words.linkDiffer).click();
    await anna.page.getByRole('alert').getByText(anna.words.problem['link-over']).waitFor();
    await anna.page.keyboard.press('Escape');
    await anna.page.keyboard.press('Escape');
  });

  it('is linked once both show the same digits, and has what was said before', async () => {
    const link = await code();
    await anna.expectAccessible();
    await opens(link);
    await anna.page.getByText(anna.words.linkCompare('Phone')).waitFor();
    await phone.page.getByText(phone.words.linkCompareNew).waitFor();
    await phone.expectAccessible();
    expect(await digits(anna)).toMatch(/^\d{6}$/);
    expect(await digits(phone)).toBe(await digits(anna));
    await anna.button(anna.words.linkSame).click();
    await anna.page.getByText(anna.words.linkDone).waitFor();
    await anna.button(anna.words.done).click();
    await linkedPhone().waitFor();
    await anna.expectAccessible();
    await anna.page.keyboard.press('Escape');

    await phone.openChat('Борис');
    await phone.sees('Привет!');
    await phone.expectAccessible();
  });

  it('is the same person to everybody, and shows what the other one says', async () => {
    await phone.say('Hello from the phone');
    await boris.sees('Hello from the phone');
    await anna.sees('Hello from the phone');
    expect(await anna.bubble('Hello from the phone').getAttribute('class')).toContain('mine');
    await boris.page.locator('.chat-head-button').click();
    await boris.page.getByText(boris.words.devicesOf(2)).waitFor();
    await boris.page.keyboard.press('Escape');
  });

  it('shares notes to oneself', async () => {
    await anna.button(anna.words.settings).click();
    await anna.button(anna.words.savedMessages).click();
    await anna.page.locator('.chat-head').getByText(anna.words.savedMessages).waitFor();
    await anna.say('Buy bread');
    await anna.expectAccessible();
    await phone.button(phone.words.back).click();
    await phone.openChat(phone.words.savedMessages);
    await phone.sees('Buy bread');
  });

  it('that was taken out hears nothing more, and says so', async () => {
    await anna.button(anna.words.settings).click();
    await anna.button(anna.words.deviceRemoveLabel('Phone')).click();
    await anna.expectAccessible();
    await anna.page
      .getByRole('dialog', { name: anna.words.deviceRemoveAsk('Phone') })
      .getByRole('button', { name: anna.words.deviceRemove })
      .click();
    await linkedPhone().waitFor({ state: 'detached' });
    await anna.page.keyboard.press('Escape');
    await phone.page.locator('.banner.bad').waitFor();
    await phone.expectAccessible();
    await anna.openChat('Борис');
    await anna.say('Only here now');
    await boris.sees('Only here now');
    expect(await phone.texts()).not.toContain('Only here now');
    expect([...anna.complaints, ...phone.complaints, ...boris.complaints]).toEqual([]);
  });
});

const phraseField = (person: Person) =>
  person.page.getByRole('textbox', { name: person.words.recoveryPhrase });

describe('somebody who lost every device', () => {
  it('comes back by the phrase on their paper, into their chats', async () => {
    const vera = await Person.at(browser);
    const lost = await Person.at(browser, PHONE);
    await lost.arrive(server.link, 'Galina');
    await vera.arrive(await lost.inviteToChat(), 'Vera');
    await vera.say('Before the loss');
    await lost.sees('Before the loss');
    await lost.button(lost.words.back).click();
    await lost.button(lost.words.settings).click();
    await lost.button(lost.words.recoveryShow).click();
    await lost.page.locator('.safety-number').waitFor();
    await lost.expectAccessible();
    const groups = await lost.page.locator('.safety-number span').allInnerTexts();
    const link = await lost.page
      .getByLabel(lost.words.recoveryQr, { exact: true })
      .and(lost.page.getByRole('textbox'))
      .inputValue();
    await lost.button(lost.words.recoveryWritten).click();
    await phraseField(lost).fill(groups.slice(1).join(' '));
    await lost.button(lost.words.recoveryDo).click();
    await lost.page.locator('.toast').getByText(lost.words.problem['phrase-wrong']).waitFor();
    await phraseField(lost).fill(groups.join(' ').toLowerCase());
    await lost.expectAccessible();
    await lost.button(lost.words.recoveryDo).click();
    // Said once the backup is written, by which the chats are found.
    await lost.page.locator('.toast').getByText(lost.words.recoveryKept).waitFor();
    await lost.context.close();

    const back = await Person.at(browser);
    await back.page.goto(link);
    await back.page.getByRole('heading', { name: back.words.recoverTitle }).waitFor();
    await back.expectAccessible();
    await phraseField(back).fill(groups.join(' '));
    await back.button(back.words.recoverDo).click();
    // Vera's device is asked, and answers when it comes to it.
    await back.page.getByRole('navigation').getByText('Vera').waitFor({ timeout: 120_000 });
    await back.openChat('Vera');
    await back.say('I am back');
    await vera.sees('I am back');
    const all = [lost, vera, back].flatMap(({ complaints }) => complaints);
    expect(all).toEqual([]);
  });
});
