/** A group of three: invites, mentions, admins, files, and somebody who has to go. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from '../../../scripts/chromium.ts';
import { Person, PHONE } from './person.ts';
import { ServerProcess } from './server-process.ts';

let server: ServerProcess;
let browser: Browser;
let anna: Person;
let boris: Person;
let vera: Person;

beforeAll(async () => {
  server = await ServerProcess.start();
  browser = await launch();
  anna = await Person.at(browser);
  boris = await Person.at(browser, PHONE);
  vera = await Person.at(browser, { locale: 'ru-RU', viewport: { width: 768, height: 1024 } });
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** A picture that does not compress: noise, and larger than what is fetched unasked (512 KB). */
async function noisyPicture(person: Person): Promise<Buffer> {
  const base64 = await person.page.evaluate(async () => {
    const canvas = new OffscreenCanvas(480, 320);
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    const image = context.createImageData(480, 320);
    for (let at = 0; at < image.data.length; at += 61_440) {
      crypto.getRandomValues(new Uint8Array(image.data.buffer, at, 61_440));
    }
    context.putImageData(image, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/png' });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
  return Buffer.from(base64, 'base64');
}

describe('a group', () => {
  it('begins with a title and an invite', async () => {
    await anna.arrive(server.link, 'Anna');
    await anna.button(anna.words.newGroup).click();
    await anna.page.getByLabel(anna.words.groupTitle).fill('House 7');
    await anna.button(anna.words.create).click();
    await anna.button(anna.words.inviteByLink).click();
    const link = await anna.inviteLink();
    await anna.expectAccessible();
    await anna.button(anna.words.done).click();

    await boris.page.goto(link);
    await boris.page.getByRole('heading', { name: /Anna invites you to “House 7”/ }).waitFor();
    await boris.arrive(link, 'Alex');
    await anna.page.getByText('Alex came by Anna’s link, not verified').waitFor();
  });

  it('shows tags where two people share a name', async () => {
    await anna.page.locator('.chat-head-button').click();
    await anna.button(anna.words.inviteByLink).click();
    const link = await anna.inviteLink();
    await anna.page.keyboard.press('Escape');
    await vera.arrive(link, 'Alex');
    await vera.say('Я тоже Alex');
    await anna.sees('Я тоже Alex');
    expect(await anna.bubble('Я тоже Alex').locator('.bubble-name').innerText()).toMatch(
      /^Alex #[0-9a-f]{4}$/,
    );
  });

  it('completes a mention while it is typed, and marks it for whom it is meant', async () => {
    await vera.composer.pressSequentially('@an');
    await vera.page.getByRole('option', { name: 'Anna' }).waitFor();
    await vera.expectAccessible();
    await vera.composer.press('Enter');
    await vera.composer.pressSequentially('привет');
    await vera.composer.press('Enter');
    expect(await anna.bubble('привет').locator('.mention.me').textContent()).toBe('@Anna');
    expect(await boris.bubble('привет').locator('.mention.me').count()).toBe(0);
  });

  it('passes a picture on byte by byte, with a small one ahead of it', async () => {
    const picture = await noisyPicture(anna);
    await anna.page.locator('input[type=file]').setInputFiles({
      name: 'ice.png',
      mimeType: 'image/png',
      buffer: picture,
    });
    await anna.page.getByLabel(anna.words.caption).fill('Look');
    await anna.page.getByRole('dialog').getByRole('button', { name: anna.words.send }).click();
    const bubble = boris.bubble('Look');
    await bubble.getByRole('img', { name: boris.words.picture('ice.png') }).waitFor();
    await bubble.locator('.file-line').getByRole('button', { name: boris.words.fileGet }).click();
    const save = bubble.getByRole('button', { name: boris.words.fileSave });
    await save.waitFor();
    const [download] = await Promise.all([boris.page.waitForEvent('download'), save.click()]);
    expect(download.suggestedFilename()).toBe('ice.png');
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(picture)).toBe(true);

    await bubble.getByRole('button', { name: boris.words.fileOpen }).click();
    await boris.page.locator('.file-picture').waitFor();
    await boris.expectAccessible();
    await boris.page.keyboard.press('Escape');
  });

  it('is renamed, and everybody sees by whom', async () => {
    await anna.page.locator('.chat-head-button').click();
    await anna.expectAccessible();
    await anna.page.getByLabel(anna.words.title, { exact: true }).fill('House 9');
    await anna.button(anna.words.rename).click();
    await anna.page.keyboard.press('Escape');
    await boris.page.getByText('Anna named the group “House 9”').waitFor();
    await boris.page.getByRole('heading', { name: 'House 9' }).waitFor();
  });

  it('can be left, which the others see; what was said stays until it is forgotten', async () => {
    await vera.page.locator('.chat-head-button').click();
    await vera.button(vera.words.leave).click();
    await vera.page
      .getByRole('dialog', { name: vera.words.leaveAsk })
      .getByRole('button', { name: vera.words.leave })
      .click();
    await vera.page.getByText(vera.words.chatLeft).waitFor();
    await anna.page.getByText(/^Alex #[0-9a-f]{4} left$/).waitFor();
    await vera.button(vera.words.forget).click();
    await vera.page.getByRole('dialog').getByRole('button', { name: vera.words.forget }).click();
    await vera.page.getByText(vera.words.noChats).waitFor();
  });

  it('loses whom an admin removes', async () => {
    await anna.page.locator('.chat-head-button').click();
    await anna.page.getByRole('button', { name: /^Actions for Alex #/ }).click();
    await anna.page.getByRole('menuitem', { name: anna.words.removePerson }).click();
    await anna.page
      .getByRole('dialog', { name: /^Remove Alex #/ })
      .getByRole('button', { name: anna.words.removePerson })
      .click();
    await boris.page.getByText(boris.words.chatRemoved).waitFor();
  });

  it('no page complained', () => {
    expect([...anna.complaints, ...boris.complaints, ...vera.complaints]).toEqual([]);
  });
});
