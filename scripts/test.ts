/** Runs the whole suite in a real Chromium, which it finds or installs. Arguments go to Vitest. */
import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findChromium, installChromium } from './find-chromium.ts';

const root = dirname(import.meta.dirname);

function chromiumPath(): string | undefined {
  const found = findChromium(process.env);
  if (found !== undefined || process.env.CHROMIUM_PATH) return found;
  process.stderr.write('Installing Chromium for the browser tests…\n');
  installChromium();
  return findChromium(process.env);
}

/** What the suite's stores, clusters and profiles take at most, in bytes, with room to spare. */
const ROOM = 4 * 1024 ** 3;

/**
 * Lets stores, clusters and browser profiles live in memory where there is room: what kill -9 leaves is the same there,
 * and a disk that stalls for others' sake fails nobody's test. `npm run faults` is what looks at disks.
 */
function keepInMemory(): void {
  const memory = '/dev/shm';
  if (process.env.TMPDIR || !existsSync(memory)) return;
  const { bavail, bsize } = statfsSync(memory);
  if (bavail * bsize < ROOM) return;
  const folder = mkdtempSync(join(memory, 'polynya-'));
  // PostgreSQL's own user goes through it to its cluster.
  chmodSync(folder, 0o711);
  process.env.TMPDIR = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}

const path = chromiumPath();
if (path === undefined) {
  console.error(
    process.env.CHROMIUM_PATH
      ? `CHROMIUM_PATH does not lead to a Chromium that runs (${process.env.CHROMIUM_PATH}): correct or unset it, then run the same command again.`
      : 'The browser tests need Chromium and it could not be installed: install Chromium or Google Chrome, or set CHROMIUM_PATH to one, then run the same command again.',
  );
  process.exitCode = 1;
} else {
  // In this process, so that whoever stops us stops Vitest.
  process.chdir(root);
  process.env.CHROMIUM_PATH = path;
  keepInMemory();
  process.argv.splice(2, 0, 'run');
  await import(pathToFileURL(join(root, 'node_modules', 'vitest', 'vitest.mjs')).href);
}
