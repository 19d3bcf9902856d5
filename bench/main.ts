/**
 * `npm run -s bench -- [wire] [appends] [--json]`: measures and prints; both when nothing is named.
 * `npm run -s bench -- mls [N…] [--json]`: MLS engines side by side, in groups of N or of all sizes, which takes long;
 * its rows have a form of their own.
 */
import { appends } from './appends.ts';
import { print, type Row } from './row.ts';
import { wire } from './wire.ts';

const works: Readonly<Record<string, () => Promise<Row[]>>> = { wire, appends };

const args = process.argv.slice(2);
const json = args.includes('--json');
const sizes = args.filter((arg) => /^[1-9]\d*$/.test(arg)).map(Number);
const named = args.filter((arg) => arg !== '--json' && !sizes.includes(Number(arg)));
const unknown = named.find((name) => name !== 'mls' && !Object.hasOwn(works, name));
if (unknown !== undefined) {
  console.error(
    `There is nothing to measure called "${unknown}": say ${Object.keys(works).join(' or ')}, or mls alone.`,
  );
  process.exitCode = 1;
} else if (named.includes('mls')) {
  const { mls, printMls } = await import('./mls/mls.ts');
  printMls(await mls(sizes), json);
} else {
  const rows: Row[] = [];
  for (const [name, work] of Object.entries(works)) {
    if (named.length === 0 || named.includes(name)) rows.push(...(await work()));
  }
  print(rows, json);
}
