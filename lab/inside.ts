/**
 * Program: the lab, in namespaces of its own. Takes names of scenarios by its standard input and answers each with one
 * line of JSON, its rows or why it has none, after which it is not to be used any more; words go to stderr.
 */
import { createInterface } from 'node:readline';
import { readArguments } from './arguments.ts';
import { Lab } from './lab.ts';
import { assertInside } from './network/enter.ts';
import { seeded } from './random.ts';
import { runScenario } from './run.ts';

assertInside();
const { scenarios, sides, settings, seed, bound, dead } = readArguments(process.argv.slice(2));
const lab = new Lab();
const ready = lab.start({ sites: sides.includes('polynya') });
// Told to whoever asks for the first scenario.
ready.catch(() => undefined);
for await (const wanted of createInterface({ input: process.stdin })) {
  try {
    await ready;
    console.log(JSON.stringify({ rows: await run(wanted) }));
  } catch (error) {
    console.error(error);
    const broke = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    console.log(JSON.stringify({ broke }));
  }
}

async function run(wanted: string) {
  const usual = scenarios.find(({ name, variant }) => `${name}/${variant}` === wanted);
  if (!usual) throw new Error(`no scenario ${wanted}`);
  const scenario = bound === undefined ? usual : { ...usual, bound };
  // Each scenario is the same whatever others are run.
  return runScenario(lab, scenario, { settings, chance: seeded(seed + hash(wanted)), sides, dead });
}

function hash(text: string): number {
  return [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7);
}
