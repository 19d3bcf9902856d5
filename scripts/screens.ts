/** Draws the pictures of the README anew: real people in real browsers on a real server. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, ViewportSize } from 'playwright-core';
import { type Device, Person } from '../packages/web/e2e/person.ts';
import { ServerProcess } from '../packages/web/e2e/server-process.ts';
import { launch } from './chromium.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'screens');

const DESK: ViewportSize = { width: 1280, height: 800 };

interface Scene {
  readonly name: string;
  readonly device: Device;
  /** The picture's; until then everybody sits at a desk. */
  readonly size: ViewportSize;
  readonly title: string;
  readonly people: readonly [string, string, string];
  readonly lines: readonly string[];
}

const SCENES: readonly Scene[] = [
  {
    name: 'desk-light-en',
    device: { viewport: DESK, locale: 'en-GB', colorScheme: 'light' },
    size: DESK,
    title: 'House 7',
    people: ['Anna', 'Boris', 'Vera'],
    lines: [
      'The water is off until six, they say at number 5.',
      'Thank you! I will fill the big pot now.',
      'Who has the key to the cellar?',
      'I do. Come by after four.',
    ],
  },
  {
    name: 'phone-dark-ru',
    device: { viewport: DESK, locale: 'ru-RU', colorScheme: 'dark' },
    size: { width: 360, height: 740 },
    title: 'Дом 7',
    people: ['Анна', 'Борис', 'Вера'],
    lines: [
      'В пятом говорят, воду дадут в шесть.',
      'Спасибо! Наберу большую кастрюлю.',
      'У кого ключ от подвала?',
      'У меня. Зайдите после четырёх.',
    ],
  },
];

async function draw(browser: Browser, scene: Scene): Promise<void> {
  const server = await ServerProcess.start();
  try {
    const [anna, boris, vera] = await Promise.all([
      Person.at(browser, scene.device),
      Person.at(browser, scene.device),
      Person.at(browser, scene.device),
    ]);
    await anna.arrive(server.link, scene.people[0]);
    await anna.button(anna.words.newGroup).click();
    await anna.page.getByLabel(anna.words.groupTitle).fill(scene.title);
    await anna.button(anna.words.create).click();
    for (const [guest, name] of [
      [boris, scene.people[1]],
      [vera, scene.people[2]],
    ] as const) {
      await anna.button(anna.words.inviteByLink).click();
      const link = await anna.inviteLink();
      await guest.arrive(link, name);
      await guest.composer.waitFor();
      await anna.page.keyboard.press('Escape');
      if (guest === boris) await anna.page.locator('.chat-head-button').click();
    }
    await anna.page.keyboard.press('Escape');
    const speakers = [boris, anna, vera, anna];
    for (const [at, line] of scene.lines.entries()) {
      await speakers[at]?.say(line);
      await Promise.all([anna, boris, vera].map((person) => person.sees(line)));
    }
    await anna.marked(scene.lines.at(-1) ?? '', anna.words.stateRead);
    await anna.page.setViewportSize(scene.size);
    await anna.page.screenshot({ path: join(folder, `${scene.name}.png`) });
  } finally {
    await server.stop();
  }
}

mkdirSync(folder, { recursive: true });
const browser = await launch();
try {
  for (const scene of SCENES) await draw(browser, scene);
} finally {
  await browser.close();
}
