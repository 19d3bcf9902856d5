/**
 * `npm run -s bench -- [wire] [appends] [search] [--json]`: measures and prints; the first two when nothing is named;
 * "search" fills a device with 100,000 messages first, which takes minutes.
 * `npm run -s bench -- mls [N…] [--json] [--keep]`: MLS engines side by side, in groups of N or of all sizes, which
 * takes 20 minutes; "keep" writes what came of it to docs/mls-bench.md;
 * `npm run -s bench -- server [works] [systems] [rounds] [--json]`: the server beside its peers;
 * `npm run -s bench -- web [PART…] [CHATS] [--hour] [--json]`: the built page in a slowed browser, all of it or the parts
 * that are named (web/web.ts has them); what it makes of 10,000 chats or so many is kept under .cache/bench; "hour"
 * watches its memory for one;
 * `npm run -s bench -- capacity [--json] [NAME=NUMBER]...`: what so many people need. The rows of these four
 * have forms of their own.
 */
import { appends } from './appends.ts';
import { print, type Row } from './row.ts';
import { search } from './search.ts';
import { wire } from './wire.ts';

const works: Readonly<Record<string, () => Promise<Row[]>>> = { wire, appends, search };

const args = process.argv.slice(2);
const json = args.includes('--json');
const numbers = args.filter((arg) => /^[1-9]\d*$/.test(arg)).map(Number);
const [keep, hour] = [args.includes('--keep'), args.includes('--hour')];
const [first, ...named] = args.filter(
  (arg) => !['--json', '--keep', '--hour'].includes(arg) && !numbers.includes(Number(arg)),
);
if (first === 'mls' && named.length === 0) {
  const { mls } = await import('./mls/mls.ts');
  const { keepMls, printMls } = await import('./mls/table.ts');
  const rows = await mls(numbers);
  printMls(rows, json);
  if (keep) keepMls(rows, new Date());
} else if (first === 'web') {
  const { CHATS, PARTS, web } = await import('./web/web.ts');
  const { printTimings } = await import('./web/samples.ts');
  if (known(named, PARTS)) printTimings(await web(numbers[0] ?? CHATS, hour, named), json);
} else if (first === 'server') {
  const { serverBench, words } = await import('./server/server.ts');
  const { printServer } = await import('./server/report.ts');
  if (known(named, words)) printServer(await serverBench(named, numbers[0]), json);
} else if (first === 'capacity') {
  const { assumptions, capacity, printCapacity } = await import('./capacity/capacity.ts');
  const assumed = assumptions(named);
  if (assumed) {
    const found = await capacity(assumed);
    if (json) console.log(JSON.stringify(found, null, 2));
    else printCapacity(found);
  } else {
    console.error(
      'After capacity come assumptions of bench/capacity/costs.ts, such as online=0.3.',
    );
    process.exitCode = 1;
  }
} else {
  const names = first === undefined ? ['wire', 'appends'] : [first, ...named];
  if (known(names, [...Object.keys(works), 'mls', 'server', 'capacity', 'web'])) {
    const rows: Row[] = [];
    for (const name of names) rows.push(...((await works[name]?.()) ?? []));
    print(rows, json);
  }
}

function known(names: readonly string[], words: readonly string[]): boolean {
  const unknown = names.find((name) => !words.includes(name));
  if (unknown === undefined) return true;
  console.error(`There is nothing to measure called "${unknown}": say ${words.join(' or ')}.`);
  process.exitCode = 1;
  return false;
}
