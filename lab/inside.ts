/** Program: the lab, in namespaces of its own. Prints one JSON row a line as each is known; words go to stderr. */
import { readArguments } from './arguments.ts';
import { Lab } from './lab.ts';
import { assertInside } from './network/enter.ts';
import { seeded } from './random.ts';
import { runScenario } from './run.ts';

assertInside();
const { scenarios, sides, settings, seed, bound, dead } = readArguments(process.argv.slice(2));
const lab = new Lab();
await lab.start({ sites: sides.includes('polynya') });
for (const usual of scenarios) {
  const scenario = bound === undefined ? usual : { ...usual, bound };
  // Each scenario is the same whatever others are run.
  const chance = seeded(seed + hash(`${scenario.name}/${scenario.variant}`));
  for (const row of await runScenario(lab, scenario, { settings, chance, sides, dead })) {
    console.log(JSON.stringify(row));
  }
}
process.exit(0);

function hash(text: string): number {
  return [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7);
}
