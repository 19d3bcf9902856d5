/**
 * `npm run -s bench -- [wire] [appends] [--json]`: measures and prints; both when nothing is named.
 * `npm run -s bench -- mls [--json]`: MLS engines side by side, which takes minutes and has rows of its own.
 */
import { appends } from './appends.ts';
import { print, type Row } from './row.ts';
import { wire } from './wire.ts';

const works: Readonly<Record<string, () => Promise<Row[]>>> = { wire, appends };

const args = process.argv.slice(2);
const json = args.includes('--json');
const named = args.filter((arg) => arg !== '--json');
const unknown = named.find((name) => name !== 'mls' && !Object.hasOwn(works, name));
if (unknown !== undefined) {
  console.error(
    `There is nothing to measure called "${unknown}": say ${Object.keys(works).join(' or ')}, or mls alone.`,
  );
  process.exitCode = 1;
} else if (named.includes('mls')) {
  const { mls, printMls } = await import('./mls/mls.ts');
  printMls(await mls(), json);
} else {
  const rows: Row[] = [];
  for (const [name, work] of Object.entries(works)) {
    if (named.length === 0 || named.includes(name)) rows.push(...(await work()));
  }
  print(rows, json);
}
