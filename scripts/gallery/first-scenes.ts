/** What is seen before there are chats: with an invite and without, locked, twice open, and where nothing works. */

import type { Browser } from 'playwright-core';
import { type Device, Person } from '../../packages/web/e2e/person.ts';
import { ServerProcess } from '../../packages/web/e2e/server-process.ts';
import type { House } from './house.ts';
import type { Judge } from './judge.ts';
import type { Lines } from './lines.ts';

export async function firstScenes(
  browser: Browser,
  device: Device,
  { server, others, lines, link }: House,
  judge: Judge,
): Promise<void> {
  const [boris] = others;
  if (!boris) return;
  const scene = async (name: string, open: (guest: Person) => Promise<void>) => {
    if (!judge.wants(name)) return;
    const guest = await Person.at(browser, { ...device, viewport: judge.smallest });
    try {
      await open(guest);
      await judge.see(guest, guest.page, name);
    } catch (error) {
      judge.findings.push(`${name}: it did not open: ${String(error).split('\n')[0]}`);
    } finally {
      await guest.leave();
    }
  };
  const preview = (guest: Person) => guest.page.getByLabel(guest.words.yourName).waitFor();

  await scene('first-no-invite', async (guest) => {
    await guest.page.goto(server.page);
    await guest.page.getByRole('heading', { name: guest.words.welcomeTitle }).waitFor();
  });
  await scene('first-half-a-link', async (guest) => {
    await guest.page.goto(server.link.slice(0, -20));
    await guest.page.getByRole('alert').waitFor();
  });
  await scene('first-server', async (guest) => {
    await guest.page.goto(server.link);
    await preview(guest);
  });
  await scene('first-chat', async (guest) => {
    await guest.page.goto((await boris.invite(null)).link);
    await preview(guest);
  });
  await scene('first-elsewhere', async (guest) => {
    await guest.page.goto((await boris.invite(null)).link.replace('127.0.0.1', 'localhost'));
    await guest.button(guest.words.openInvite).waitFor();
  });
  await scene('first-group', async (guest) => {
    await guest.page.goto(link);
    await preview(guest);
    await guest.page.getByLabel(guest.words.yourName).fill(lines.me);
  });
  await scene('first-empty-list', async (guest) => {
    await guest.arrive(server.link, lines.me);
  });
  await scene('first-two-tabs', async (guest) => {
    await guest.arrive(server.link, lines.me);
    const second = await guest.tab(server.page);
    await second.getByRole('heading', { name: guest.words.elsewhereTitle }).waitFor();
    guest.page = second;
  });
  await scene('first-nothing-kept', async (guest) => {
    await guest.aheadOfEngine(
      'indexedDB.open = () => { throw new DOMException("not here", "SecurityError"); }',
    );
    await guest.page.goto(server.page);
    await guest.page.getByText(guest.words.brokenStorage).waitFor();
  });
  await scene('first-plain-http', async (guest) => {
    await guest.page.addInitScript(() => {
      Object.defineProperty(globalThis, 'isSecureContext', { value: false });
    });
    await guest.page.goto(server.page);
    await guest.page.locator('#app h1').waitFor();
  });
  if (judge.wants('message-failed')) await meanServer(scene, lines);
  await scene('first-clock', async (guest) => {
    await guest.aheadOfEngine('{ const { now } = Date; Date.now = () => now() + 1_500_000; }');
    await guest.arrive(server.link, lines.me);
    await guest.page.locator('.banner.warn').waitFor();
  });
  await scene('lend', async (guest) => {
    await guest.page.goto(server.link.replace('#', '#lend.'));
    await guest.page.getByRole('checkbox').waitFor();
  });
  await scene('lock', async (guest) => {
    const { page, words } = guest;
    await guest.arrive(server.link, lines.me);
    await guest.button(words.settings).click();
    await page.getByLabel(words.lockPassphrase).fill('four words and more');
    await page.getByLabel(words.lockAgain, { exact: true }).fill('four words and more');
    await guest.button(words.lockByPassphrase).click();
    await page.getByText(words.lockedByPassphrase).waitFor();
    await judge.see(guest, page, 'settings-lock-set');
    await page.reload();
    await page.getByRole('heading', { name: words.lockedTitle }).waitFor();
    await page.getByLabel(words.passphrase, { exact: true }).fill('not these');
    await guest.button(words.unlock).click();
    await page.getByText(words.passphraseWrong).waitFor();
  });
}

/** One that takes hardly any file. */
async function meanServer(
  scene: (name: string, open: (guest: Person) => Promise<void>) => Promise<void>,
  lines: Lines,
): Promise<void> {
  const mean = await ServerProcess.start(['--set', 'allowance.bytes=1000']);
  try {
    await scene('message-failed', async (guest) => {
      await guest.arrive(mean.link, lines.me);
      await guest.button(guest.words.newGroup).click();
      await guest.page.getByLabel(guest.words.groupTitle).fill(lines.family);
      await guest.button(guest.words.create).click();
      await guest.button(guest.words.done).click();
      const file = { name: lines.file, mimeType: 'application/pdf', buffer: Buffer.alloc(90_000) };
      await guest.page.locator('input[type=file]').setInputFiles(file);
      await guest.page.getByLabel(guest.words.caption).fill(lines.answer);
      const dialog = guest.page.getByRole('dialog');
      await dialog.getByRole('button', { name: guest.words.send, exact: true }).click();
      await guest.button(guest.words.discard).waitFor();
    });
  } finally {
    await mean.stop();
  }
}
