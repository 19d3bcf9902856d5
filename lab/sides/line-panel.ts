/** What a page says is being done to its line: asked as a person asks, by the settings, and read as one reads it. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { type Diagnosis, saidIn } from '../diagnosis.ts';
import { COMPARED_WITH, HOSTS, type HostPlan, hostNames } from '../network/plan.ts';

const SETTINGS = 'Settings';
const ASK = 'What is done to my line?';
const PANEL = 'The line';
const [HOME, ABROAD] = ['Sites in your country to compare with', 'Sites abroad to compare with'];
const [AGAIN, SAVE] = ['Look again', 'Save for researchers'];
/** Letters of a path that nobody guesses. */
const SECRET = 22;
/** Of one look, ms. */
const PATIENCE = 120_000;

/**
 * Waits for the panel's verdict, names sites to compare with, and takes the next one.
 * @throws Error when there is none in time, or when the file for researchers says something else, or where somebody or a
 * server is
 */
export async function askPanel(page: Page): Promise<Diagnosis | null> {
  await page.getByRole('button', { name: SETTINGS, exact: true }).click();
  await page.getByRole('button', { name: ASK, exact: true }).click();
  const panel = page.getByRole('dialog', { name: PANEL, exact: true });
  const again = panel.getByRole('button', { name: AGAIN, exact: true });
  await again.waitFor({ timeout: PATIENCE });
  await panel.getByLabel(HOME).fill(COMPARED_WITH.home.join(' '));
  await panel.getByLabel(ABROAD).fill(COMPARED_WITH.abroad.join(', '));
  // A look may be over before anybody sees that it began; what shows its end is made anew.
  await again.evaluate((button) => button.setAttribute('data-before', ''));
  await again.click();
  await again.and(page.locator(':not([data-before])')).waitFor({ timeout: PATIENCE });
  const sentence = await panel.getByRole('status').first().innerText();
  const said = saidIn(sentence);
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    panel.getByRole('button', { name: SAVE, exact: true }).click(),
  ]);
  const text = readFileSync(await file.path(), 'utf8');
  const [told] = giveaways(text, page.url());
  if (told !== undefined) throw new Error(`the panel's file tells ${told}`);
  const measured = JSON.parse(text) as Measurement;
  if (measured.test_keys.diagnosis === said) return said;
  throw new Error(`the panel says ${said}, its file ${measured.test_keys.diagnosis}`);
}

/** What nobody may learn from a file: addresses, names of the lab's servers and bridges, and the path to the page. */
export function giveaways(file: string, url: string): string[] {
  const named: readonly string[] = [...COMPARED_WITH.home, ...COMPARED_WITH.abroad];
  const hosts = hostNames.map((name): HostPlan => HOSTS[name]);
  const secrets = [
    ...hosts.flatMap(({ address, name, behind }) => [address, name, behind]),
    ...new URL(url).pathname.split('/').filter((part) => part.length >= SECRET),
  ];
  return secrets.filter(
    (one): one is string => one !== undefined && !named.includes(one) && file.includes(one),
  );
}

/** Of the file, in OONI's format. */
interface Measurement {
  readonly test_keys: { readonly diagnosis: string };
}
