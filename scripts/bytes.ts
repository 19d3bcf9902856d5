/**
 * Prints what the built page costs to load first, part by part, and fails past the limit.
 * `--json` prints `{"firstLoad": {"total": bytes, "parts": {name: bytes}}}` and nothing else.
 */
import { dirname, join } from 'node:path';
import { firstLoadLimit, measureFirstLoad } from './first-load.ts';

const load = measureFirstLoad(join(dirname(import.meta.dirname), 'packages', 'web', 'dist'));

if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ firstLoad: load }));
} else {
  const row = (name: string, bytes: number): string => `${String(bytes).padStart(8)}  ${name}`;
  console.log('First load, brotli bytes:');
  for (const [name, bytes] of Object.entries(load.parts)) console.log(row(name, bytes));
  console.log(row(`total (limit ${firstLoadLimit})`, load.total));
}

if (load.total > firstLoadLimit) {
  console.error(
    `The first load is ${load.total - firstLoadLimit} bytes over its limit of ${firstLoadLimit}: take something out of it or load that later.`,
  );
  process.exitCode = 1;
}
