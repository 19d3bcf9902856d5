/**
 * Draws the pictures of the README anew: real people in real browsers on a real server. With `--all FOLDER` it draws
 * every screen there is into that folder instead, in both languages and themes and from a phone's size to a desk's, and
 * says what axe and a ruler find amiss; `--only` and `--mix` take regular expressions of screens and of
 * `phone-ru`, `desk-en` and the like.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { type Device, PHONE } from '../packages/web/e2e/person.ts';
import { launch } from './chromium.ts';
import { drawGallery } from './gallery/gallery.ts';
import { openHouse } from './gallery/house.ts';
import { Judge } from './gallery/judge.ts';
import { meetEverybody } from './gallery/neighbours.ts';
import { Story } from './gallery/story.ts';

const DESK = { width: 1280, height: 800 };

const PICTURES: Readonly<Record<string, Device>> = {
  'desk-light-en': { viewport: DESK, locale: 'en-GB', colorScheme: 'light' },
  'phone-dark-ru': { ...PHONE, locale: 'ru-RU', colorScheme: 'dark' },
};

async function draw(browser: Browser, name: string, device: Device): Promise<void> {
  const house = await openHouse(browser, device);
  const { me, lines } = house;
  try {
    // Nothing is looked at but what is kept.
    const sizes = [device.viewport ?? DESK];
    const story = new Story(house, new Judge('', { sizes, fingers: false, mirrored: false }, /^$/));
    await meetEverybody(story);
    await story.openChat(lines.family);
    const newest = me.button(me.words.newest);
    if (await newest.isVisible()) await newest.click();
    await me.say(lines.answer);
    await me.marked(lines.answer, me.words.stateDelivered);
    const folder = join(import.meta.dirname, '..', 'docs', 'screens');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${name}.webp`), await webp(me.page));
  } finally {
    await house.close();
  }
}

/** Half as large as the PNG that a browser writes. */
async function webp(page: Page): Promise<Buffer> {
  const png = await page.screenshot({ animations: 'disabled' });
  const base64 = await page.evaluate(async (shot) => {
    const bytes = Uint8Array.from(atob(shot), (letter) => letter.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    canvas.getContext('2d')?.drawImage(picture, 0, 0);
    const small = await canvas.convertToBlob({ type: 'image/webp', quality: 0.85 });
    const written = new Uint8Array(await small.arrayBuffer());
    return btoa(Array.from(written, (byte) => String.fromCharCode(byte)).join(''));
  }, png.toString('base64'));
  return Buffer.from(base64, 'base64');
}

const { values } = parseArgs({
  options: { all: { type: 'string' }, only: { type: 'string' }, mix: { type: 'string' } },
});
const browser = await launch();
try {
  if (values.all === undefined) {
    for (const [name, device] of Object.entries(PICTURES)) await draw(browser, name, device);
  } else {
    const [only, mixes] = [new RegExp(values.only ?? ''), new RegExp(values.mix ?? '')];
    const findings = await drawGallery(browser, values.all, only, mixes);
    process.stdout.write(findings.map((one) => `${one}\n`).join(''));
    if (findings.length > 0) process.exitCode = 1;
  }
} finally {
  await browser.close();
}
