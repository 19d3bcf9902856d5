/**
 * A classifier at the censor's: connections of members to a hidden server beside those of visitors to its web site, by
 * features of each that need no reading: of terminals beside programs, and of a page beside a browser's. Where one feature alone tells all of the ones from all of the others, a rule of
 * one line finds every member; what hellos of all sorts are answered with must be what an ordinary site answers.
 */
import { join } from 'node:path';
import type { Lab } from '../lab.ts';
import { Program } from '../network/host.ts';
import { HOSTS } from '../network/plan.ts';
import { Chromium, whyNoChromium } from '../sides/chromium.ts';
import { exchange, type Outcome, spoiled } from '../sides/talk.ts';
import { flowsTo, separating } from './flows.ts';
import type { ProbeContext } from './probe.ts';
import { answersToHellos } from './server-hello.ts';

/** Times that the members open their chat, and visitors who come (count): by chance alone so many are not told apart. */
const TALKS = 4;
const VISITORS = 10;
/** Of a visitor, ms. */
const PATIENCE = 60_000;
const PAGES = ['/', '/about.html', '/dir/', '/pic.png', '/a.js', '/nothing-there'] as const;
const SITE = `https://${HOSTS.home.name}`;
/**
 * What links to a site carry that were shared or advertised: a campaign in three words and a click's own number
 * (https://support.google.com/analytics/answer/10917952). About every second visitor comes by one.
 */
const TAGS = ['utm_source=social', 'utm_medium=share', 'utm_campaign=autumn-2026'] as const;
const CLICK = { least: 30, most: 200 };

export async function classify(context: ProbeContext): Promise<Outcome> {
  const { lab, pair, scenario, texts, capture, chance } = context;
  const visits = (scenario.browser ? browsed : programmed)(lab, visitsOf(chance));
  const began = performance.now();
  let outcome: Outcome = { passed: false, seconds: null, why: null };
  for (let talk = 0; talk < TALKS; talk++) {
    const both = pair.talk();
    const said: [string, string] = [`${texts[0]} ${talk}.`, `${texts[1]} ${talk}.`];
    const start = talk === 0 ? began : performance.now();
    const one = await exchange(both, said, scenario.bound, start);
    await Promise.all(both.map((each) => each.stop()));
    if (!one.passed) return one;
    if (talk === 0) outcome = one;
  }
  await visits;
  const packets = capture.packets();
  // Like is held against like: a member at a page against who reads with a browser.
  const members = scenario.browser ? [pair.second.address] : pair.addresses;
  const ours = flowsTo(HOSTS.home.address, members, packets);
  const theirs = flowsTo(HOSTS.home.address, [HOSTS.nan.address, HOSTS.ned.address], packets);
  if (Math.min(ours.length, theirs.length) < TALKS) {
    return spoiled(outcome, 'the classifier saw too few connections to tell anything');
  }
  const found = separating(ours, theirs);
  const [site, plain] = await Promise.all([
    answersToHellos(HOSTS.home),
    answersToHellos(HOSTS.portal),
  ]);
  for (const [hello, answer] of site) {
    if (plain.get(hello) !== answer)
      found.push(`the answer to ${hello} (${answer}, not ${plain.get(hello)})`);
  }
  if (found.length === 0) return outcome;
  return spoiled(outcome, `one feature is enough: ${found.join('; ')}`);
}

/** What each visitor reads, page by page. */
type Visits = readonly (readonly string[])[];

function visitsOf(chance: () => number): Visits {
  return Array.from({ length: VISITORS }, (_, index) => {
    const count = 1 + Math.floor(chance() * 2 * PAGES.length);
    const pages = Array.from(
      { length: count },
      () => PAGES[Math.floor(chance() * PAGES.length)] ?? '/',
    );
    return index % 2 === 0 ? pages : [`${pages[0]}?${tags(chance)}`, ...pages.slice(1)];
  });
}

function tags(chance: () => number): string {
  const letters = CLICK.least + Math.floor(chance() * (CLICK.most - CLICK.least));
  const click = Array.from({ length: letters }, () => Math.floor(chance() * 36).toString(36));
  return [...TAGS, `click=${click.join('')}`].join('&');
}

/** People who read the site by programs of two sorts, and one by a real browser, where there is one. */
async function programmed(lab: Lab, visits: Visits): Promise<void> {
  const read = async (kind: string, mine: (index: number) => boolean) => {
    // One after the other: all at once held each other up, and were told from members by that.
    for (const paths of visits.filter((_, index) => mine(index))) {
      const args = [join(import.meta.dirname, '..', 'hosts', 'visitor.ts'), kind, SITE, ...paths];
      const env = { NODE_EXTRA_CA_CERTS: lab.authority.path };
      await new Program('ned', args, { env }).finished(AbortSignal.timeout(PATIENCE));
    }
  };
  await Promise.all([
    read('openssl', (index) => index % 2 === 0),
    read('node', (index) => index % 2 === 1),
    whyNoChromium() === undefined ? browsed(lab, [PAGES]) : undefined,
  ]);
}

/** Each with a browser that was never there before. */
async function browsed(lab: Lab, visits: Visits): Promise<void> {
  for (const paths of visits) {
    const own = { host: 'nan', folder: lab.newFolder(), caPath: lab.authority.path } as const;
    const browser = await Chromium.start(own);
    try {
      const page = await browser.page();
      for (const path of paths) await page.goto(SITE + path, { waitUntil: 'load' });
    } finally {
      await browser.stop();
    }
  }
}
