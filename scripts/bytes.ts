/**
 * Prints what the built page costs to load, part by part, and fails past a limit: locked, until one reads and writes
 * (the first load), and with everything: media, search and settings; and the service worker's script. `all` is every
 * part there is, whoever opens it, and has no limit. `--json` prints `{"firstLoad": {"total": bytes, "parts": {name:
 * bytes}}, "locked": {...}, "everything": {...}, "serviceWorker": {...}, "all": {...}}` and nothing else.
 */
import { dirname, join } from 'node:path';
import {
  everythingLimit,
  firstLoadLimit,
  lockedLimit,
  measureAll,
  measureEverything,
  measureFirstLoad,
  measureLocked,
  measureServiceWorker,
  serviceWorkerLimit,
} from './first-load.ts';

const dist = join(dirname(import.meta.dirname), 'packages', 'web', 'dist');
const loads = {
  firstLoad: measureFirstLoad(dist),
  locked: measureLocked(dist),
  everything: measureEverything(dist),
  serviceWorker: measureServiceWorker(dist),
  all: measureAll(dist),
};
const limits = {
  firstLoad: ['First load', firstLoadLimit],
  locked: ['Locked', lockedLimit],
  everything: ['Media, search and settings as well', everythingLimit],
  serviceWorker: ["The service worker's script", serviceWorkerLimit],
  all: ['All parts, whoever opens them', Number.POSITIVE_INFINITY],
} as const;

if (process.argv.includes('--json')) console.log(JSON.stringify(loads));
for (const name of ['firstLoad', 'locked', 'everything', 'serviceWorker', 'all'] as const) {
  const [words, limit] = limits[name];
  const { total, parts } = loads[name];
  if (!process.argv.includes('--json')) {
    const row = (part: string, bytes: number): string => `${String(bytes).padStart(8)}  ${part}`;
    console.log(`${words}, brotli bytes:`);
    if (name === 'firstLoad')
      for (const [part, bytes] of Object.entries(parts)) console.log(row(part, bytes));
    console.log(row(Number.isFinite(limit) ? `total (limit ${limit})` : 'total', total));
  }
  if (total > limit) {
    console.error(
      `${words}: ${total - limit} bytes over the limit of ${limit}: take something out, or load it later.`,
    );
    process.exitCode = 1;
  }
}
