/** Draws every screen there is, in both languages and themes and in every size, into a folder, and says what is amiss. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { type Device, PHONE } from '../../packages/web/e2e/person.ts';
import { chatScenes } from './chat-scenes.ts';
import { firstScenes } from './first-scenes.ts';
import { openHouse } from './house.ts';
import { Judge, type Looks } from './judge.ts';
import { meetEverybody } from './neighbours.ts';
import { listScenes, panelScenes, settingsScenes } from './panel-scenes.ts';
import { Story } from './story.ts';

const DESK = [
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];

/**
 * @param only names of the scenes that are wanted
 * @param mixes `phone-ru` and the like: which of the four walks to take
 * @returns what is amiss
 */
export async function drawGallery(
  browser: Browser,
  folder: string,
  only: RegExp,
  mixes: RegExp,
): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  const all: string[] = [];
  for (const locale of ['ru-RU', 'en-GB']) {
    for (const kind of ['phone', 'desk'] as const) {
      if (!mixes.test(`${kind}-${locale.slice(0, 2)}`)) continue;
      const phone = kind === 'phone';
      const sizes = phone ? [PHONE.viewport ?? { width: 360, height: 740 }] : DESK;
      const looks: Looks = { sizes, fingers: phone, mirrored: locale === 'en-GB' };
      const device: Device = { ...(phone ? PHONE : { viewport: DESK[0] ?? null }), locale };
      const judge = new Judge(folder, looks, only);
      await walk(browser, device, judge);
      all.push(...judge.findings);
      writeFileSync(join(folder, `${kind}-${locale}.txt`), `${judge.findings.join('\n')}\n`);
    }
  }
  return all;
}

async function walk(browser: Browser, device: Device, judge: Judge): Promise<void> {
  const house = await openHouse(browser, device);
  const story = new Story(house, judge);
  try {
    await firstScenes(browser, device, house, judge);
    await meetEverybody(story);
    for (const part of [chatScenes, listScenes, panelScenes, settingsScenes]) {
      try {
        await part(story);
      } catch (error) {
        judge.findings.push(`${part.name}: it went no further: ${String(error).split('\n')[0]}`);
      }
      await story.end();
    }
    judge.findings.push(...house.me.complaints.map((one) => `the page complained: ${one}`));
  } finally {
    await house.close();
  }
}
