/**
 * Prints what the built page costs to load, part by part, and fails past a limit: locked, until one reads and writes
 * (the first load), and with everything that can be opened in it. `--json` prints
 * `{"firstLoad": {"total": bytes, "parts": {name: bytes}}, "locked": {...}, "everything": {...}}` and nothing else.
 */
import { dirname, join } from 'node:path';
import {
  everythingLimit,
  firstLoadLimit,
  lockedLimit,
  measureEverything,
  measureFirstLoad,
  measureLocked,
} from './first-load.ts';

const dist = join(dirname(import.meta.dirname), 'packages', 'web', 'dist');
const loads = {
  firstLoad: measureFirstLoad(dist),
  locked: measureLocked(dist),
  everything: measureEverything(dist),
};
const limits = {
  firstLoad: ['First load', firstLoadLimit],
  locked: ['Locked', lockedLimit],
  everything: ['Everything', everythingLimit],
} as const;

if (process.argv.includes('--json')) console.log(JSON.stringify(loads));
for (const name of ['firstLoad', 'locked', 'everything'] as const) {
  const [words, limit] = limits[name];
  const { total, parts } = loads[name];
  if (!process.argv.includes('--json')) {
    const row = (part: string, bytes: number): string => `${String(bytes).padStart(8)}  ${part}`;
    console.log(`${words}, brotli bytes:`);
    if (name === 'firstLoad')
      for (const [part, bytes] of Object.entries(parts)) console.log(row(part, bytes));
    console.log(row(`total (limit ${limit})`, total));
  }
  if (total > limit) {
    console.error(
      `${words}: ${total - limit} bytes over the limit of ${limit}: take something out, or load it later.`,
    );
    process.exitCode = 1;
  }
}
