/** How each task goes for two members of Polynya, once the censor is in place. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { byHand } from './by-hand.ts';
import { byVolunteer } from './by-volunteer.ts';
import type { Lab } from './lab.ts';
import { nearby } from './nearby.ts';
import type { Scenario, Task } from './scenarios.ts';
import type { Pair } from './sides/pair.ts';
import { exchange, type Outcome, repeated } from './sides/talk.ts';
import { parametersOf, type Settings, value } from './techniques/technique.ts';

export interface TaskContext {
  readonly lab: Lab;
  readonly scenario: Scenario;
  readonly settings: Settings;
  readonly pair: Pair;
  /** The link that the second has not used yet, where the task is to come by it. */
  readonly link: string;
  readonly texts: readonly [string, string];
}

export type TaskRun = (context: TaskContext) => Promise<Outcome>;

export const tasks: Readonly<Record<Exclude<Task, 'probes' | 'rounds'>, TaskRun>> = {
  texts: (context) => texts(context),
  'long-text': (context) => texts(context),
  'new-user': arriveAndTalk,
  'texts-and-picture': async (context) => {
    const outcome = await texts(context);
    return outcome.passed ? picture(context, outcome) : outcome;
  },
  'queued-texts': queuedTexts,
  'texts-nearby': nearby,
  'file-by-hand': byHand,
  'texts-by-volunteer': byVolunteer,
};

async function texts({ pair, scenario, texts }: TaskContext): Promise<Outcome> {
  const began = performance.now();
  const both = pair.talk();
  const outcome = await exchange(both, texts, scenario.bound, began);
  await Promise.all(both.map((each) => each.stop()));
  return outcome;
}

/** The second has nothing but the link. */
async function arriveAndTalk({ pair, link, scenario, texts }: TaskContext): Promise<Outcome> {
  const began = performance.now();
  const first = pair.first.talks(pair.chats[0]);
  try {
    await pair.complete(link, scenario.bound * 1_000);
    const second = pair.second.talks(pair.chats[1]);
    const outcome = await exchange([first, second], texts, scenario.bound, began);
    await second.stop();
    return outcome;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { passed: false, seconds: null, why: `the new user did not get in: ${error.message}` };
  } finally {
    await first.stop();
  }
}

/** Of the picture, in bytes, and how long it may take, in ms. */
const PICTURE = 102_400;
const PICTURE_PATIENCE = 600_000;

async function picture({ lab, pair }: TaskContext, before: Outcome): Promise<Outcome> {
  const [sent, saved] = [join(lab.newFolder()), join(lab.newFolder())];
  writeFileSync(sent, randomBytes(PICTURE));
  const began = performance.now();
  const end = began + PICTURE_PATIENCE;
  const left = () => Math.max(1, end - performance.now());
  try {
    const [there, here] = pair.chats;
    await pair.first.does('send-file', [there, sent, '--wait', '600'], left());
    const listed = await pair.secondAtTerminal.does(
      'read',
      [here, '--limit', '5', '--json'],
      left(),
    );
    const messages = listed.split('\n').map((line) => JSON.parse(line) as FileMessage);
    const message = messages.findLast(({ file }) => file !== null)?.message;
    if (!message) return { ...before, passed: false, why: 'the picture was not announced' };
    await pair.secondAtTerminal.does('save', [here, message, saved], left());
    const same = readFileSync(sent).equals(readFileSync(saved));
    const seconds = Math.round((performance.now() - began) / 1_000);
    const besides = `a picture of ${PICTURE / 1_024} KB took ${seconds} s more`;
    return same
      ? { ...before, besides }
      : { ...before, passed: false, why: 'the picture arrived damaged' };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ...before, passed: false, why: `texts passed, the picture did not: ${error.message}` };
  }
}

interface FileMessage {
  readonly message: string;
  readonly file: object | null;
}

/** What both say while the line is cut arrives when it is restored; the clock starts then. */
async function queuedTexts({
  lab,
  pair,
  scenario,
  settings,
  texts,
}: TaskContext): Promise<Outcome> {
  const both = pair.talk();
  const [first, second] = both;
  const parameters = parametersOf(scenario.technique, settings);
  const cut = value(parameters, 'seconds') / value(parameters, 'scale');
  const [there, back] = texts.map((text) => `${text}, said while cut off`) as [string, string];
  first.say(there);
  second.say(back);
  await pause(cut * 1_000);
  const early = (await second.heard(there)) + (await first.heard(back)) > 0;
  await lab.middlebox.lift();
  const began = performance.now();
  const signal = AbortSignal.timeout(scenario.bound * 1_000);
  const came = await Promise.all([second.hears(there, signal), first.hears(back, signal)]);
  const after: [string, string] = [`${texts[0]}, after`, `${texts[1]}, after`];
  const outcome = await exchange(both, after, scenario.bound, began);
  const most = Math.max(await second.heard(there), await first.heard(back));
  await Promise.all(both.map((each) => each.stop()));
  if (most > 1) return repeated(outcome);
  if (early) return { ...outcome, passed: false, why: 'a text crossed a border that was closed' };
  if (came.includes(false))
    return { ...outcome, passed: false, why: 'what was said while cut off did not arrive' };
  return outcome;
}
