/** What the page and its engine hold in memory while somebody else says ten messages a second in the open chat. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Town } from '@polynya/messenger/test/town';
import type { Page } from 'playwright-core';
import { texts } from '../texts.ts';
import { DIST, openBrowser } from './pages.ts';
import { type Timing, timing } from './samples.ts';
import { serveSite } from './site.ts';

const EVERY = 100;
/** s: how often it is looked at, and from when on: what is loaded once is there by then. */
const LOOK = 15;
const SETTLED = 30;

declare const ask: (method: string, ...args: unknown[]) => Promise<{ link: string; chat: string }>;

export async function memory(seconds: number): Promise<Timing[]> {
  const town = await Town.found();
  const site = await serveSite(DIST);
  const profile = mkdtempSync(join(tmpdir(), 'polynya-bench-'));
  const context = await openBrowser(profile);
  try {
    const boris = await town.person('Boris');
    const [page = await context.newPage()] = context.pages();
    await page.goto(`http://127.0.0.1:${site.port}/`);
    const { chat } = await boris.messenger.createGroup('Busy');
    const { link } = await boris.messenger.invite(chat);
    await page.evaluate(async ({ link }) => ask('register', link, 'Anna'), { link });
    await page.locator('.list-rows .chat-row').first().click();
    await page.locator('.timeline-scroll').waitFor();
    const said = texts(3);
    const held: number[] = [];
    const started = performance.now();
    let sent = 0;
    let lookAt = SETTLED;
    let looking: Promise<void> | null = null;
    const look = async (): Promise<void> => {
      held.push(await megabytes(page));
      lookAt = (performance.now() - started) / 1_000 + LOOK;
      looking = null;
    };
    while (performance.now() - started < seconds * 1_000) {
      await boris.messenger.send(chat, { text: said() });
      sent++;
      const passed = performance.now() - started;
      // Beside what is said: a browser takes its time over it, half a minute where much else runs.
      if (passed > lookAt * 1_000) looking ??= look();
      const wait = sent * EVERY - (performance.now() - started);
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    }
    await looking;
    const name = `memory of page and engine beside ${sent} messages in ${seconds} s`;
    const growth = ((held.at(-1) ?? 0) - (held[0] ?? 0)) * 1_000 ** 2;
    return [timing(name, held, 'MB'), timing(`${name}: growth for each`, [growth / sent], 'B')];
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    site.close();
    await town.end();
  }
}

/** After what nobody holds any more was thrown away. */
async function megabytes(page: Page): Promise<number> {
  const bytes = await page.evaluate(async () => {
    const { performance } = globalThis as unknown as {
      performance: { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> };
    };
    return (await performance.measureUserAgentSpecificMemory()).bytes;
  });
  return bytes / 1_000 ** 2;
}
