/** The control of how Polynya's page is brought: the same app as an ordinary page (hosts/plain-page.ts), in the same browser. */
import { HOSTS } from '../network/plan.ts';
import { Chromium, type ChromiumPlan } from './chromium.ts';
import type { Outcome } from './talk.ts';

/** What the app shows to those who come without an invite, once all that it needs is there. */
const FIRST_SCREEN = 'You need an invite';

/** Opens it in a new browser. @param bound seconds from the browser's start @throws Error when no browser starts */
export async function openPlainPage(plan: ChromiumPlan, bound: number): Promise<Outcome> {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1_000;
  const browser = await Chromium.start(plan);
  const files = { asked: 0, came: 0 };
  browser.context.on('request', () => {
    files.asked++;
  });
  browser.context.on('requestfinished', () => {
    files.came++;
  });
  browser.context.setDefaultTimeout(Math.max(1, (bound - seconds()) * 1_000));
  try {
    const page = await browser.page();
    await page.goto(`https://${HOSTS.naive.name}/`, { waitUntil: 'commit' });
    await page.getByRole('heading', { name: FIRST_SCREEN }).waitFor();
    return { passed: true, seconds: seconds(), why: null };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { asked, came } = files;
    const why = `the plain page did not load within ${bound} s: ${came} of ${asked} files came`;
    return { passed: false, seconds: null, why };
  } finally {
    await browser.stop();
  }
}
