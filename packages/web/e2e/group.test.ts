/** A group of three: invites, mentions, admins, files, and somebody who has to go. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Person, PHONE } from './person.ts';
import { serverAndBrowser } from './server-and-browser.ts';

const { server, browser } = await serverAndBrowser();
let anna: Person;
let boris: Person;
let vera: Person;
/** What tells apart two people of one name. */
const tagOf = { boris: '', vera: '' };

beforeAll(async () => {
  anna = await Person.at(browser);
  boris = await Person.at(browser, PHONE);
  vera = await Person.at(browser, { locale: 'ru-RU', viewport: { width: 768, height: 1024 } });
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

/** A photograph of 2,000 by 1,000 with an Exif segment (APP1) that says where it was taken. */
async function photoFrom(place: string, person: Person): Promise<Buffer> {
  const base64 = await person.page.evaluate(async () => {
    const canvas = new OffscreenCanvas(2000, 1000);
    canvas.getContext('2d')?.fillRect(0, 0, 900, 900);
    const blob = await canvas.convertToBlob({ type: 'image/jpeg' });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
  const jpeg = Buffer.from(base64, 'base64');
  const exif = Buffer.from(`Exif\0\0${place}`);
  const marker = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), marker, exif, jpeg.subarray(2)]);
}

/** What the picture that is being looked at is saved as. */
async function savedFromViewer(person: Person): Promise<{ name: string; bytes: Buffer }> {
  const save = person.page.getByRole('dialog').getByRole('button', { name: person.words.fileSave });
  const [download] = await Promise.all([person.page.waitForEvent('download'), save.click()]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return { name: download.suggestedFilename(), bytes: Buffer.concat(chunks) };
}

const openPanel = (person: Person) => person.page.locator('.chat-head-button').click();

describe('a group', () => {
  it('begins with a title and an invite', async () => {
    await anna.arrive(server.link, 'Anna');
    const desk = anna.page.viewportSize();
    // Here the list gives way to the chat: not before the invite is handed on.
    await anna.page.setViewportSize({ width: 360, height: 740 });
    await anna.button(anna.words.newGroup).click();
    await anna.page.getByLabel(anna.words.groupTitle).fill('House 7');
    await anna.button(anna.words.create).click();
    await anna.button(anna.words.inviteByLink).click();
    const link = await anna.inviteLink();
    await anna.expectAccessible();
    await anna.button(anna.words.done).click();
    await anna.composer.waitFor();
    if (desk) await anna.page.setViewportSize(desk);

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
    await boris.say('So am I');
    for (const [who, said] of [
      ['vera', 'Я тоже Alex'],
      ['boris', 'So am I'],
    ] as const) {
      await anna.sees(said);
      const shown = await anna.bubble(said).locator('.bubble-name').innerText();
      tagOf[who] = /^Alex (#[0-9a-f]{4})$/.exec(shown)?.[1] ?? shown;
    }
    expect(tagOf.vera).not.toBe(tagOf.boris);
    await anna.choose('So am I', anna.words.reply);
    await anna.page.getByText(anna.words.replyTo(`Alex ${tagOf.boris}`)).waitFor();
    await anna.composer.press('Escape');
  });

  it('knows who is meant by a name that two share, also when it is edited in', async () => {
    await anna.say('Hello');
    await anna.composer.press('ArrowUp');
    await anna.composer.fill('Hello ');
    await anna.composer.pressSequentially('@ale');
    await anna.page.getByRole('option', { name: new RegExp(tagOf.boris) }).click();
    await anna.composer.press('Enter');
    const mention = (person: Person) => person.bubble('Hello').locator('.mention');
    await expect.poll(() => mention(boris).allTextContents()).toEqual([`@Alex${tagOf.boris}`]);
    expect(await boris.bubble('Hello').locator('.mention.me').count()).toBe(1);
    await vera.bubble('Hello').getByText(vera.words.edited).waitFor();
    expect(await vera.bubble('Hello').locator('.mention.me').count()).toBe(0);
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
    await anna.page.getByRole('checkbox', { name: anna.words.sendWhole }).check();
    await anna.expectAccessible();
    await anna.page.getByLabel(anna.words.caption).fill('Look');
    await anna.page.getByRole('dialog').getByRole('button', { name: anna.words.send }).click();
    const bubble = boris.bubble('Look');
    await bubble.getByRole('img', { name: boris.words.picture('ice.png') }).waitFor();
    await bubble.getByRole('button', { name: boris.words.fileGet }).click();
    await bubble.getByRole('button', { name: boris.words.fileOpen }).click();
    await boris.page.locator('.file-picture').waitFor();
    await boris.expectAccessible();
    const saved = await savedFromViewer(boris);
    expect(saved.name).toBe('ice.png');
    expect(saved.bytes.equals(picture)).toBe(true);
    await boris.page.keyboard.press('Escape');
  });

  it('sends a picture smaller, and without what the camera wrote into it', async () => {
    const photo = await photoFrom('55.7558 N 37.6173 E', anna);
    await anna.page.locator('input[type=file]').setInputFiles({
      name: 'IMG_1.jpeg',
      mimeType: 'image/jpeg',
      buffer: photo,
    });
    await anna.page.getByLabel(anna.words.caption).fill('From the roof');
    await anna.page.getByRole('dialog').getByRole('button', { name: anna.words.send }).click();
    const bubble = boris.bubble('From the roof');
    await bubble.getByRole('button', { name: boris.words.fileOpen }).click();
    const shown = boris.page.locator('.file-picture');
    await expect
      .poll(() => shown.evaluate((image) => (image as HTMLImageElement).naturalWidth))
      .toBe(1600);
    const saved = await savedFromViewer(boris);
    expect(saved.name).toBe('IMG_1.jpg');
    expect(photo.includes('37.6173')).toBe(true);
    expect(saved.bytes.includes('37.6173')).toBe(false);
    expect(saved.bytes.includes('Exif')).toBe(false);

    // From one picture to the one before it, by a key.
    await boris.page.keyboard.press('ArrowLeft');
    await boris.page
      .getByRole('img', { name: boris.words.picture('ice.png') })
      .last()
      .waitFor();
    // Where lines run to the left, what comes next is on the left.
    await boris.page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
    await boris.page.keyboard.press('ArrowLeft');
    await boris.button(boris.words.previousPicture).and(boris.page.locator(':enabled')).waitFor();
    const arrow = boris.button(boris.words.previousPicture).locator('svg');
    expect(await arrow.evaluate((svg) => getComputedStyle(svg).scale)).toBe('-1 1');
    await boris.page.evaluate(() => document.documentElement.removeAttribute('dir'));
    await boris.page.keyboard.press('Escape');
  });

  it('shows pictures that were chosen at once as one, in their order', async () => {
    const buffer = await photoFrom('nowhere', anna);
    const names = ['first', 'second', 'third'];
    await anna.page
      .locator('input[type=file]')
      .setInputFiles(
        names.map((name) => ({ name: `${name}.jpeg`, mimeType: 'image/jpeg', buffer })),
      );
    await anna.page.getByLabel(anna.words.caption).fill('All sides');
    await anna.page.getByRole('dialog').getByRole('button', { name: anna.words.send }).click();
    const pictures = boris.bubble('All sides').locator('.tile img');
    await expect.poll(() => pictures.count(), { timeout: 60_000 }).toBe(3);
    expect(await pictures.evaluateAll((all) => all.map((one) => one.getAttribute('alt')))).toEqual(
      names.map((name) => boris.words.picture(`${name}.jpg`)),
    );
  });

  it('is renamed, and everybody sees by whom', async () => {
    await openPanel(anna);
    await anna.expectAccessible();
    await anna.page.getByLabel(anna.words.title, { exact: true }).fill('House 9');
    await anna.button(anna.words.rename).click();
    await anna.page.keyboard.press('Escape');
    await boris.page.getByText('Anna named the group “House 9”').waitFor();
    await boris.page.getByRole('heading', { name: 'House 9' }).waitFor();
  });

  it('takes an invite back, whose link then opens nothing', async () => {
    await openPanel(anna);
    await anna.button(anna.words.inviteByLink).click();
    const link = await anna.inviteLink();
    await anna.button(anna.words.withdraw).click();
    await anna.button(anna.words.withdraw).waitFor({ state: 'detached' });
    await anna.page.keyboard.press('Escape');
    const late = await Person.at(browser);
    await late.page.goto(link);
    await late.page.getByRole('alert').getByText(late.words.problem['invite-used']).waitFor();
    await late.context.close();
  });

  it('has another admin once it is given one', async () => {
    await anna.choosePerson(`Alex ${tagOf.boris}`, anna.words.makeAdmin);
    await anna.page.keyboard.press('Escape');
    await boris.page.getByText(`Anna made Alex ${tagOf.boris} an admin`).waitFor();
    await openPanel(boris);
    await boris.button(boris.words.personMenu(`Alex ${tagOf.vera}`)).click();
    await boris.page.getByRole('menuitem', { name: boris.words.removePerson }).waitFor();
    await boris.page.keyboard.press('Escape');
    await boris.page.keyboard.press('Escape');

    await anna.choosePerson(`Alex ${tagOf.boris}`, anna.words.unmakeAdmin);
    await anna.page.keyboard.press('Escape');
    await boris.page.getByText(`Anna took admin rights from Alex ${tagOf.boris}`).waitFor();
  });

  it('is quiet of whom one blocks, until they are unblocked', async () => {
    await anna.choosePerson(`Alex ${tagOf.vera}`, anna.words.block);
    await anna.page.keyboard.press('Escape');
    await vera.say('Слышите меня?');
    await boris.sees('Слышите меня?');
    await boris.say('I do');
    await anna.sees('I do');
    expect(await anna.texts()).not.toContain('Слышите меня?');
    await anna.choosePerson(`Alex ${tagOf.vera}`, anna.words.unblock);
    await anna.page.keyboard.press('Escape');
    await vera.say('А теперь?');
    await anna.sees('А теперь?');
  });

  it('can be left, which the others see; what was said stays', async () => {
    await openPanel(vera);
    await vera.button(vera.words.leave).click();
    await vera.page
      .getByRole('dialog', { name: vera.words.leaveAsk })
      .getByRole('button', { name: vera.words.leave })
      .click();
    await vera.page.getByText(vera.words.chatLeft).waitFor();
    await anna.page.getByText(`Alex ${tagOf.vera} left`).waitFor();
  });

  it('takes in somebody known, who need not do anything', async () => {
    await openPanel(anna);
    await anna.page.getByRole('checkbox', { name: new RegExp(tagOf.vera) }).check();
    await anna.expectAccessible();
    await anna.button(anna.words.addChosen(1)).click();
    await boris.page.getByText(`Anna added Alex ${tagOf.vera}`).waitFor();
    await anna.page.keyboard.press('Escape');
    await vera.composer.waitFor();
    await vera.say('Я снова здесь');
    await anna.sees('Я снова здесь');
  });

  it('loses whom an admin removes; they keep what was said until they forget it', async () => {
    await anna.choosePerson(`Alex ${tagOf.boris}`, anna.words.removePerson);
    await anna.page
      .getByRole('dialog', { name: anna.words.removeAsk(`Alex ${tagOf.boris}`) })
      .getByRole('button', { name: anna.words.removePerson })
      .click();
    await boris.page.getByText(boris.words.chatRemoved).waitFor();
    await boris.sees('I do');
    await boris.button(boris.words.forget).click();
    await boris.page.getByRole('dialog').getByRole('button', { name: boris.words.forget }).click();
    await boris.page.getByText(boris.words.noChats).waitFor();
  });

  it('no page complained', () => {
    expect([...anna.complaints, ...boris.complaints, ...vera.complaints]).toEqual([]);
  });
});
