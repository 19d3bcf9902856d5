/** Runs the whole suite in a real Chromium, which it finds or installs. Arguments go to Vitest. */
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
  process.argv.splice(2, 0, 'run');
  await import(pathToFileURL(join(root, 'node_modules', 'vitest', 'vitest.mjs')).href);
}
