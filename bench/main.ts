/** `npm run -s bench -- [wire] [appends] [--json]`: measures and prints; all of it when nothing is named. */
import { appends } from './appends.ts';
import { print, type Row } from './row.ts';
import { wire } from './wire.ts';

const works: Readonly<Record<string, () => Promise<Row[]>>> = { wire, appends };

const args = process.argv.slice(2);
const named = args.filter((arg) => arg !== '--json');
const unknown = named.find((name) => !Object.hasOwn(works, name));
if (unknown !== undefined) {
  console.error(
    `There is nothing to measure called "${unknown}": say ${Object.keys(works).join(' or ')}.`,
  );
  process.exitCode = 1;
} else {
  const rows: Row[] = [];
  for (const [name, work] of Object.entries(works)) {
    if (named.length === 0 || named.includes(name)) rows.push(...(await work()));
  }
  print(rows, args.includes('--json'));
}
