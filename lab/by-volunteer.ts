/** Texts that go by somebody's browser abroad, once the censor has taken everything else. */
import { setTimeout as pause } from 'node:timers/promises';
import { exchange, type Outcome } from './sides/talk.ts';
import { Volunteer } from './sides/volunteer.ts';
import type { TaskContext } from './tasks.ts';
import { impose } from './techniques/technique.ts';

/** Until the volunteer has met who needs them, ms: they are looked for behind what people wait for. */
const MEETING = 120_000;
const LOOK = 500;

/**
 * The second, behind the curtain, meets the volunteer; then the block is drawn tighter, and the clock starts: what both
 * say from then on has no other way.
 */
export async function byVolunteer({
  lab,
  pair,
  scenario,
  settings,
  texts,
}: TaskContext): Promise<Outcome> {
  const link = await (await lab.polynya(scenario.server)).lendingLink();
  const plan = { host: 'carol', folder: lab.newFolder(), caPath: lab.authority.path } as const;
  const volunteer = await Volunteer.start(plan, link);
  const both = pair.talk();
  try {
    for (const end = performance.now() + MEETING; (await volunteer.counted()).guests === 0; ) {
      if (performance.now() > end) return failed('nobody came to the volunteer');
      await pause(LOOK);
    }
    await lab.middlebox.impose((rules) => impose(scenario.technique, 'tightened', settings, rules));
    const before = await volunteer.counted();
    const outcome = await exchange(both, texts, scenario.bound);
    const after = await volunteer.counted();
    if (outcome.passed && after.carried === before.carried) {
      return { ...outcome, passed: false, why: 'the volunteer’s page counted nothing' };
    }
    return outcome.passed
      ? { ...outcome, way: { carrier: 'volunteer', host: 'a browser abroad' } }
      : outcome;
  } finally {
    await Promise.all([...both, volunteer].map((each) => each.stop()));
  }
}

function failed(why: string): Outcome {
  return { passed: false, seconds: null, why };
}
