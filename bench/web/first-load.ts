/** The page's way, and that of others, to a browser that was never there, through one link of 128 kbit/s. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { en } from '../../packages/web/src/words/en.ts';
import { DIST, openBrowser } from './pages.ts';
import { type Timing, timing } from './samples.ts';
import { type Site, serveSite } from './site.ts';
import { SlowLink } from './slow-link.ts';

const RATE = 128_000;
/** ms without a byte: then all has come. */
const STILL = 3_000;

export async function firstLoads(): Promise<Timing[]> {
  return load('Polynya', await serveSite(DIST), `text=${en.welcomeTitle}`);
}

/** @param seen what stands there once one can begin */
async function load(name: string, site: Site, seen: string): Promise<Timing[]> {
  const link = new SlowLink(RATE, site.port);
  const port = await link.start();
  const profile = mkdtempSync(join(tmpdir(), 'polynya-bench-'));
  const context = await openBrowser(profile);
  try {
    const [page = await context.newPage()] = context.pages();
    const started = performance.now();
    await page.goto(`http://127.0.0.1:${port}/`, { waitUntil: 'commit' });
    await page.locator(seen).first().waitFor();
    const seconds = (performance.now() - started) / 1_000;
    let before = -1;
    while (before !== link.down) {
      before = link.down;
      await new Promise((resolve) => setTimeout(resolve, STILL));
    }
    return [
      timing(`${name} through 128 kbit/s until one can begin`, [seconds], 's'),
      timing(`${name} through 128 kbit/s: all that came`, [link.down], 'B'),
    ];
  } finally {
    await context.close();
    if (existsSync(profile)) rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    link.stop();
    site.close();
  }
}
