/** What a family does beside talking: polls, messages that go by themselves, versions, who has read what. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Person, PHONE } from './person.ts';
import { serverAndBrowser } from './server-and-browser.ts';

const { server, browser } = await serverAndBrowser();
let anna: Person;
let boris: Person;

beforeAll(async () => {
  anna = await Person.at(browser, { viewport: { width: 1280, height: 800 } });
  boris = await Person.at(browser, { ...PHONE, locale: 'ru-RU', colorScheme: 'dark' });
  await anna.arrive(server.link, 'Anna');
  await boris.arrive(await anna.inviteToChat(), 'Борис');
  await boris.say('привет');
  await anna.sees('привет');
});

describe('a family', () => {
  it('asks in a poll, votes, and closes it', async () => {
    await anna.button(anna.words.attach).click();
    await anna.page.getByRole('menuitem', { name: anna.words.poll, exact: true }).click();
    await anna.page.getByLabel(anna.words.pollQuestion).fill('When do we come?');
    await anna.page.getByLabel(anna.words.pollAnswer(1), { exact: true }).fill('On Saturday');
    await anna.page.getByLabel(anna.words.pollAnswer(2), { exact: true }).fill('On Sunday');
    await anna.shot('poll-new');
    await anna.page.getByRole('dialog').getByRole('button', { name: anna.words.send }).click();
    const choice = (person: Person) =>
      person.bubble('When do we come?').getByRole('button', { name: 'On Sunday' });
    await choice(boris).click();
    await choice(anna).getByText('Борис').waitFor();
    await anna.shot('poll-desk');
    await boris.shot('poll-phone');
    await boris.expectAccessible();
    await anna.choose('When do we come?', anna.words.closePoll);
    await boris.bubble('When do we come?').getByText(boris.words.pollClosed).waitFor();
    expect(await choice(boris).isDisabled()).toBe(true);
  });

  it('sees what a message said before, and when it was read', async () => {
    await anna.say('At six');
    await boris.sees('At six');
    await anna.marked('At six', anna.words.stateRead);
    await anna.choose('At six', anna.words.edit);
    await anna.composer.fill('At seven');
    await anna.composer.press('Enter');
    await anna.sees('At seven');
    await anna.choose('At seven', anna.words.messageInfo);
    const info = anna.page.getByRole('dialog');
    await info.getByText('At six', { exact: true }).waitFor();
    await info.getByText(/^Read .*\d\d:\d\d$/).waitFor();
    await anna.shot('info-desk');
    await anna.expectAccessible();
    await anna.page.keyboard.press('Escape');
  });

  it('finds what was said long ago, in another form of the word, and goes there', async () => {
    await boris.say('Ключи от подвала у бабушки');
    await anna.sees('Ключи от подвала');
    await anna.composer.evaluate((area) => {
      for (let line = 0; line < 90; line++) {
        (area as HTMLTextAreaElement).value = `line ${line}`;
        area.dispatchEvent(new InputEvent('input', { bubbles: true }));
        area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
      }
    });
    await anna.marked('line 89', anna.words.stateRead);
    await anna.page.reload();
    await anna.sees('line 89');
    const dialog = anna.page.getByRole('dialog', { name: anna.words.searchAll });
    // The keys come a moment after the chats.
    await expect
      .poll(
        async () => {
          await anna.page.keyboard.press('Control+Shift+KeyF');
          return dialog.count();
        },
        { timeout: 60_000 },
      )
      .toBe(1);
    await dialog.getByRole('searchbox').pressSequentially('бабушкой ключ');
    await anna.shot('search-desk');
    await anna.expectAccessible();
    await dialog.getByRole('button', { name: 'Ключи' }).click();
    await anna.page.locator('.message.flash').getByText('Ключи от подвала').waitFor();
    expect(await anna.bubbles.filter({ hasText: 'line 89' }).count()).toBe(0);
    await anna.shot('search-jump-desk');
    await anna.button(anna.words.newest).click();
    await anna.sees('line 89');
    await boris.button(boris.words.back).click();
    await boris.button(boris.words.findChat).click();
    await boris.page.getByRole('combobox').fill('суббот');
    await boris.button(boris.words.searchAll).click();
    await boris.page.getByText(boris.words.searchNothing).waitFor();
    await boris.page.getByLabel(boris.words.searchKind).selectOption('poll');
    await boris.page.getByRole('searchbox').fill('when');
    await boris.page.getByRole('dialog').getByText('When do we come?').waitFor();
    await boris.shot('search-phone');
    await boris.page.getByRole('dialog').getByRole('button', { name: 'When' }).click();
    await boris.sees('When do we come?');
    await boris.button(boris.words.newest).click();
    await boris.sees('line 89');
  });

  it('says something without sound, or later: it waits in sight, and goes when one says so', async () => {
    const sendBy = async (text: string, way: string) => {
      await anna.composer.fill(text);
      await anna.button(anna.words.send).click({ button: 'right' });
      await anna.page.getByRole('menuitem', { name: way, exact: true }).click();
    };
    await sendBy('Hush', anna.words.sendSilent);
    await boris.sees('Hush');
    await sendBy('Good morning', anna.words.sendLater);
    await anna.expectAccessible();
    await anna.button(anna.words.laterKeep).click();
    const bar = anna.page.locator('.scheduled-bar');
    await bar.click();
    await anna.page.getByRole('dialog').getByText('Good morning').waitFor();
    await anna.shot('scheduled-desk');
    await anna.expectAccessible();
    await anna.button(anna.words.edit).click();
    const change = anna.page.getByRole('dialog', { name: anna.words.laterTitle });
    await change.getByRole('textbox', { name: anna.words.composer }).fill('Good evening');
    // Behind it, as when its time comes.
    await anna.page.locator('.scheduled-do button').first().dispatchEvent('click');
    await boris.sees('Good morning');
    await bar.waitFor({ state: 'detached' });
    const kept = change.getByRole('textbox', { name: anna.words.composer });
    expect(await kept.inputValue()).toBe('Good evening');
    await anna.page.keyboard.press('Escape');
    await change.waitFor({ state: 'detached' });
  });

  it('answers a bubble and goes back to the list by a finger', async () => {
    const touch = await boris.context.newCDPSession(boris.page);
    /** In steps, as a finger does. */
    const swipe = async (y: number, from: number, to: number) => {
      const points = (x: number) => ({ touchPoints: [{ x, y }] });
      await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', ...points(from) });
      for (let step = 1; step <= 8; step++) {
        const x = from + ((to - from) * step) / 8;
        await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', ...points(x) });
      }
      await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    };
    const box = await boris.bubble('Good morning').boundingBox();
    await swipe((box?.y ?? 0) + 10, 200, 100);
    await boris.page.getByText(boris.words.replyTo('Anna')).waitFor();
    await swipe(300, 20, 300);
    // The list is to be seen beside the chat that slides away.
    await boris.page.locator('.chat-head-button').waitFor({ state: 'detached' });
    await boris.openChat('Anna');
  });

  it('puts chats into folders, on all own devices', async () => {
    const row = anna.page.getByRole('navigation').getByRole('button', { name: 'Борис' });
    await row.click({ button: 'right' });
    await anna.page.getByRole('menuitem', { name: anna.words.folders, exact: true }).click();
    await anna.page.getByLabel(anna.words.newFolder).fill('Family');
    await anna.button(anna.words.create).click();
    await anna.page.getByRole('checkbox', { name: 'Family' }).waitFor();
    await anna.page.keyboard.press('Escape');
    await anna.button('Family').click();
    await row.waitFor();
    await anna.shot('folders-desk');
    await anna.expectAccessible();
    await anna.button(anna.words.allChats).click();
  });

  it('lets messages go by themselves, also over a reload', async () => {
    await boris.page.locator('.chat-head-button').click();
    await boris.page.getByLabel(boris.words.timer).selectOption('300');
    await boris.shot('timer-panel-phone');
    await boris.page.keyboard.press('Escape');
    await anna.page.getByText(anna.words.eventTimer('Борис', '5 minutes')).waitFor();
    await anna.say('The key is under the pot');
    await boris.sees('The key is under the pot');
    await boris.bubble('The key is under the pot').locator('.time-left').waitFor();
    await boris.shot('timer-phone');
    await anna.shot('timer-desk');
    // Six minutes later, and both open the page anew.
    for (const person of [anna, boris]) {
      await person.aheadOfEngine('{ const now = Date.now; Date.now = () => now() + 360_000; }');
      // Else the service worker has the engine as it is.
      await person.page.evaluate(async () => {
        for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
      });
      await person.page.reload();
      await person.composer.waitFor();
      await person.bubble('The key is under the pot').waitFor({ state: 'detached' });
    }
    expect([...anna.complaints, ...boris.complaints]).toEqual([]);
  });
});
