/** Two people in two browsers, from the printed link to a conversation with all that belongs to it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Person, PHONE } from './person.ts';
import { isKept, recordedNotes } from './recorded-notes.ts';
import { showToCamera } from './senses.ts';
import { serverAndBrowser } from './server-and-browser.ts';

const { server, browser } = await serverAndBrowser();
let anna: Person;
let boris: Person;

beforeAll(async () => {
  anna = await Person.at(browser);
  boris = await Person.at(browser, { ...PHONE, locale: 'ru-RU', colorScheme: 'dark' });
});

describe('two people', () => {
  it('Anna comes in by the printed link, which leaves the address bar and the history', async () => {
    await anna.page.goto(server.link);
    await anna.page.getByLabel(anna.words.yourName).waitFor();
    expect(anna.page.url()).toBe(server.page);
    await anna.expectAccessible();
    await anna.arrive(server.link, 'Anna');
    expect(anna.page.url()).toBe(server.page);
    await anna.expectAccessible();
  });

  it('Boris opens her invite while she is closed, and reads what she had said', async () => {
    await anna.button(anna.words.newChat).click();
    const link = await anna.inviteLink();
    await anna.expectAccessible();
    await anna.button(anna.words.done).click();
    await anna.say('Are you there?');
    await anna.marked('Are you there?', anna.words.stateSent);
    await anna.page.close();

    await boris.page.goto(link);
    await boris.page.getByRole('heading', { name: 'Anna приглашает вас в чат' }).waitFor();
    await boris.expectAccessible();
    await boris.arrive(link, 'Борис');
    await boris.sees('Are you there?');
    await boris.say('Здесь!');
    await boris.expectAccessible();

    anna.page = await anna.tab(server.page);
    await anna.openChat('Борис');
    await anna.sees('Здесь!');
    await anna.marked('Are you there?', anna.words.stateRead);
  });

  it('each sees that the other is typing', async () => {
    const typing = anna.page.locator('.chat-head').getByText(anna.words.typing);
    // Nobody keeps a signal for whoever missed it: one types until it is seen.
    await expect
      .poll(async () => {
        await boris.composer.pressSequentially('я');
        return typing.isVisible();
      })
      .toBe(true);
    await boris.composer.fill('');
  });

  it('a reply shows what it answers, and leads there', async () => {
    await anna.choose('Здесь!', anna.words.reply);
    await anna.say('Good to hear.');
    const quote = boris.bubble('Good to hear.').locator('.bubble-quote');
    await quote.getByText('Здесь!').waitFor();
    await quote.click();
    await boris.page.locator('article.flash').filter({ hasText: 'Здесь!' }).waitFor();
  });

  it('an edit by the Up key is seen by both as edited', async () => {
    await anna.composer.press('ArrowUp');
    expect(await anna.composer.inputValue()).toBe('Good to hear.');
    await anna.composer.fill('Good to see you.');
    await anna.composer.press('Enter');
    await boris.bubble('Good to see you.').getByText(boris.words.edited).waitFor();
    expect(await boris.texts()).not.toContain('Good to hear.');
  });

  it('a reaction appears at both, and is taken back by choosing it again', async () => {
    await boris.choose('Good to see you.', '👍');
    const reaction = anna.bubble('Good to see you.').getByRole('button', { name: /👍/ });
    await reaction.waitFor();
    await anna.choose('Good to see you.', '❤️');
    await boris.bubble('Good to see you.').getByRole('button', { name: /❤️/ }).waitFor();
    await boris.bubble('Good to see you.').getByRole('button', { name: /👍/ }).click();
    await reaction.waitFor({ state: 'detached' });
  });

  it('what either pins stands above the chat of both, leads there, and is let go and taken back', async () => {
    const bar = (person: Person) => person.page.locator('button.pinned-go');
    await boris.choose('Are you there?', boris.words.pin);
    await bar(anna).getByText('Are you there?').waitFor();
    await anna.page.getByText(anna.words.eventPinned('Борис')).waitFor();
    await anna.choose('Good to see you.', anna.words.pin);
    await bar(boris).getByText(boris.words.pinnedMessage(2, 2)).waitFor();
    await boris.expectAccessible();

    await bar(boris).click();
    await boris.page.locator('article.flash').filter({ hasText: 'Good to see you.' }).waitFor();
    await bar(boris).getByText(boris.words.pinnedMessage(1, 2)).waitFor();

    await boris.button(boris.words.allPinned).click();
    await boris.expectAccessible();
    const rows = boris.page.getByRole('dialog').getByRole('listitem');
    await rows.last().getByRole('button', { name: boris.words.unpin }).click();
    await rows.last().getByRole('button', { name: boris.words.undo }).waitFor();
    // Nothing stays of what may be deleted meanwhile.
    expect(await rows.last().innerText()).not.toContain('Good to see you.');
    await boris.page.keyboard.press('Escape');

    await bar(anna).getByText(anna.words.pinnedMessage(1, 1)).waitFor();
    await anna.button(anna.words.unpin).click();
    await anna.button(anna.words.undo).click();
    await bar(anna).waitFor();
    await bar(boris).getByText('Are you there?').waitFor();
    await boris.choose('Are you there?', boris.words.unpin);
    await bar(anna).waitFor({ state: 'detached' });
    await boris.button(boris.words.undo).click();
    await bar(anna).waitFor();
    await anna.choose('Are you there?', anna.words.unpin);
    await bar(boris).waitFor({ state: 'detached' });
  });

  it('a message deleted for everyone is gone for everyone, after a question', async () => {
    await anna.say('Never mind this.');
    await boris.sees('Never mind this.');
    await anna.choose('Never mind this.', anna.words.delete);
    await anna.expectAccessible();
    await anna.button(anna.words.deleteForAll).click();
    await boris.bubble(boris.words.deletedMessage).waitFor();
    expect(await boris.texts()).not.toContain('Never mind this.');
  });

  it('some messages are selected, forwarded, and deleted here alone', async () => {
    await anna.choose('Are you there?', anna.words.select);
    const said = anna.page.locator('.bubble-text', { hasText: 'Здесь!' });
    await anna.bubbles.filter({ has: said }).getByRole('checkbox').check();
    await anna.page.getByText(anna.words.selectedCount(2)).waitFor();
    await anna.expectAccessible();
    await anna.button(anna.words.forward).click();
    await anna.page.getByRole('dialog').getByRole('option', { name: 'Борис' }).click();
    await anna.composer.waitFor();
    const last = async (person: Person, count: number) => (await person.texts()).slice(-count);
    await expect.poll(() => last(boris, 2)).toEqual(['Are you there?', 'Здесь!']);

    await anna.choose('Здесь!', anna.words.delete);
    await anna.button(anna.words.deleteHere).click();
    await expect.poll(() => last(anna, 1)).toEqual(['Are you there?']);
    await anna.page.reload();
    await expect.poll(() => last(anna, 1)).toEqual(['Are you there?']);
    expect(await last(boris, 2)).toEqual(['Are you there?', 'Здесь!']);
  });

  it('an emoji is found by its name, for the text or as a reaction', async () => {
    await anna.button(anna.words.emoji).click();
    await anna.page.getByLabel(anna.words.findEmoji).fill('clov');
    await anna.expectAccessible();
    await anna.page.getByRole('button', { name: /🍀/ }).waitFor();
    await anna.page.getByLabel(anna.words.findEmoji).press('Enter');
    // Chosen, and not sent with it.
    expect(await anna.composer.inputValue()).toBe('🍀');
    await anna.composer.press('Enter');
    await boris.choose('🍀', boris.words.otherEmoji);
    await boris.page.getByLabel(boris.words.findEmoji).fill('медв');
    await boris.page.getByRole('button', { name: /🐻/ }).click();
    await anna.bubble('🍀').getByRole('button', { name: /🐻/ }).waitFor();
  });

  recordedNotes(() => ({ anna, boris }));

  it('what looks like markup stays text, and links open apart from the page', async () => {
    await boris.composer.fill('<img src=x onerror=alert(1)> **важно** https://example.org/a.');
    await boris.composer.press('Enter');
    await anna.sees('важно');
    const text = anna.bubble('важно').locator('.bubble-text');
    expect(await text.locator('img').count()).toBe(0);
    expect(await text.locator('strong').innerText()).toBe('важно');
    const link = text.getByRole('link');
    expect(await link.getAttribute('href')).toBe('https://example.org/a');
    expect(await link.getAttribute('rel')).toContain('noopener');
  });

  it('both see the same safety number, and a camera reads it', async () => {
    let code = '';
    const digits = async (person: Person, other: string) => {
      await person.page.locator('.chat-head-button').click();
      await person.button(person.words.personMenu(other)).click();
      await person.expectAccessible();
      await person.page.getByRole('menuitem', { name: person.words.safetyNumber }).click();
      const number = person.page.locator('.safety-number');
      await number.locator('span').nth(11).waitFor();
      const text = await number.innerText();
      const qr = person.page.getByRole('img', { name: person.words.safetyNumber });
      code = await qr.evaluate((svg) => svg.outerHTML);
      await person.expectAccessible();
      await person.page.keyboard.press('Escape');
      await person.page.keyboard.press('Escape');
      return text.replace(/\D/g, '');
    };
    const number = await digits(anna, 'Борис');
    expect(number).toMatch(/^\d{60}$/);
    expect(await digits(boris, 'Anna')).toBe(number);

    await anna.choosePerson('Борис', anna.words.safetyNumber);
    await showToCamera(anna.page, code);
    await anna.button(anna.words.scanCode).click();
    await anna.page.getByText(anna.words.scanned.same('Борис')).waitFor();
    const mark = (person: Person, checked: boolean) =>
      person.page.getByRole('checkbox', { name: person.words.verified, checked });
    await mark(anna, true).waitFor();
    await anna.expectAccessible();
    await anna.shot('verified-scan');
    await anna.page.keyboard.press('Escape');
    const note = anna.page.locator('.person-note').getByText(anna.words.verified);
    await note.waitFor();
    await anna.shot('verified-panel');
    await anna.page.keyboard.press('Escape');

    // Who reads the digits aloud says so, and may have erred.
    await boris.choosePerson('Anna', boris.words.safetyNumber);
    await mark(boris, false).click();
    await mark(boris, true).click();
    await mark(boris, false).waitFor();
    await boris.shot('verified-phone');
    await boris.page.keyboard.press('Escape');
    await boris.page.keyboard.press('Escape');
  });

  it('a draft waits in its chat, also over a reload', async () => {
    await boris.composer.fill('Черновик');
    await boris.button(boris.words.back).click();
    const row = boris.page.getByRole('navigation').getByRole('button', { name: 'Anna' });
    await row.getByText(boris.words.draft).waitFor();
    await boris.expectAccessible();
    await expect.poll(() => isKept(boris.page, 'draft'), { timeout: 60_000 }).toBe(true);
    await boris.page.reload();
    await row.getByText('Черновик', { exact: true }).waitFor();
    await boris.openChat('Anna');
    expect(await boris.composer.inputValue()).toBe('Черновик');
    await boris.composer.fill('');
  });

  it('keys lead everywhere: to a message to answer, through the chat, and to another one', async () => {
    const { page, words } = anna;
    const shortcuts = page.getByRole('dialog', { name: words.shortcuts });
    await anna.composer.press('Control+/');
    // What answers to keys loads once the chats work.
    await expect
      .poll(async () => {
        if (!(await shortcuts.isVisible())) await anna.composer.press('Control+/');
        return shortcuts.isVisible();
      })
      .toBe(true);
    await anna.expectAccessible();
    await page.keyboard.press('Escape');

    await anna.composer.press('Control+ArrowUp');
    await page.getByText(words.replyTo('Борис')).waitFor();
    await anna.composer.press('Control+ArrowDown');
    await page.getByText(words.replyTo('Борис')).waitFor({ state: 'detached' });

    await anna.composer.press('Control+f');
    await page.getByRole('searchbox', { name: words.findInChat }).pressSequentially('see yo');
    await page.getByText(words.foundAt(1, 1)).waitFor();
    await page.locator('article.flash').filter({ hasText: 'Good to see you.' }).waitFor();
    await anna.expectAccessible();
    await page.keyboard.press('Escape');

    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').pressSequentially('бор');
    await page.getByRole('option', { name: 'Борис' }).waitFor();
    await anna.expectAccessible();
    await page.keyboard.press('Enter');
    await anna.composer.waitFor();
  });

  it('a chat is pinned, muted and archived, which outlives the page', async () => {
    const { page, words } = anna;
    const row = page.getByRole('navigation').getByRole('button', { name: 'Борис' });
    const mark = async (what: string) => {
      await row.click({ button: 'right' });
      await page.getByRole('menuitem', { name: what, exact: true }).click();
    };
    await mark(words.pin);
    await row.getByRole('img', { name: words.pinned }).waitFor();
    await mark(words.mute);
    await row.getByRole('img', { name: words.muted }).waitFor();
    await anna.expectAccessible();
    await mark(words.archive);
    await row.waitFor({ state: 'detached' });
    await page.reload();
    await anna.button(words.archived(1)).click();
    await anna.page.getByRole('heading', { name: words.archived(1) }).waitFor();
    await row.getByRole('img', { name: words.muted }).waitFor();
    await mark(words.unarchive);
    await anna.button(words.archived(1)).waitFor({ state: 'detached' });
    await anna.openChat('Борис');
  });

  it('one link waits at a time: it is shown again, and can be taken back with its chat', async () => {
    const rows = anna.page.getByRole('navigation').getByRole('listitem');
    await anna.button(anna.words.newChat).click();
    const link = await anna.inviteLink();
    await anna.page.keyboard.press('Escape');
    await anna.button(anna.words.newChat).click();
    expect(await anna.inviteLink()).toBe(link);
    await anna.page.getByText(anna.words.inviteReusedText).waitFor();
    await anna.expectAccessible();
    await expect.poll(() => rows.count()).toBe(2);

    await anna.button(anna.words.inviteAnother).click();
    await expect.poll(() => anna.inviteLink()).not.toBe(link);
    await expect.poll(() => rows.count()).toBe(3);
    await anna.button(anna.words.withdraw).click();
    await anna.page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => rows.count()).toBe(2);
  });

  it('the chat opens where the link is shown as soon as the guest is there, who was asked by a page from elsewhere', async () => {
    await anna.button(anna.words.newChat).click();
    const link = await anna.inviteLink();
    const vera = await Person.at(browser);
    const { host } = new URL(server.page);
    await vera.page.goto(link.replace('127.0.0.1', 'localhost'));
    await vera.page.getByText(vera.words.previewHosts(host)).waitFor();
    await vera.expectAccessible();
    await vera.button(vera.words.openInvite).click();
    await vera.page.getByLabel(vera.words.yourName).fill('Vera');
    await vera.button(vera.words.enter).click();
    await anna.page.getByRole('heading', { name: 'Vera' }).waitFor();
    await anna.page.getByRole('dialog').waitFor({ state: 'detached' });
    await anna.say('There you are');
    await vera.sees('There you are');
    await vera.context.close();
  });

  it('the language is changed in the settings and remembered', async () => {
    await anna.button(anna.words.settings).click();
    await anna.expectAccessible();
    await anna.button('Русский').click();
    await anna.page.getByRole('heading', { name: 'Настройки' }).waitFor();
    await anna.page.reload();
    await anna.page.getByRole('button', { name: 'Новый чат' }).waitFor();
    expect(await anna.page.locator('html').getAttribute('lang')).toBe('ru');
  });

  it('no page complained', () => {
    expect([...anna.complaints, ...boris.complaints]).toEqual([]);
  });
});
