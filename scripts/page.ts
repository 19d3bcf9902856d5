/**
 * Builds the web page, unless the built one was made from exactly these sources and dependencies.
 * `--force` builds in any case. Progress goes to stderr: a caller's stdout stays its own.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BuiltFrom } from './built-from.ts';

const root = dirname(import.meta.dirname);
const page = join(root, 'packages', 'web');
const dist = join(page, 'dist');

async function main(force: boolean): Promise<void> {
  if (!existsSync(join(page, 'index.html'))) {
    process.stderr.write(
      'packages/web/index.html is missing: this clone is incomplete, so bring it up to date with git and run the same command again.\n',
    );
    process.exitCode = 1;
    return;
  }
  const rooms = ['protocol', 'crypto', 'mls', 'reach', 'messenger', 'web'];
  const sources = new BuiltFrom('page', rooms);
  if (!force && sources.isCurrent(join(dist, 'index.html'))) return;
  process.stderr.write('Building the page…\n');
  process.env.NODE_ENV = 'production';
  // Only then: it takes ten times as long to load as to see that there is nothing to do.
  const { build } = await import('vite');
  // Aside, and whole: a server that starts meanwhile has the page as it was, and an end in the middle leaves it.
  mkdirSync(join(root, '.cache'), { recursive: true });
  const aside = mkdtempSync(join(root, '.cache', 'page-'));
  process.on('exit', () => rmSync(aside, { recursive: true, force: true }));
  const outDir = join(aside, 'dist');
  const into = { outDir, emptyOutDir: true };
  await build({ root: page, mode: 'production', logLevel: 'warn', build: into });
  rmSync(dist, { recursive: true, force: true });
  renameSync(outDir, dist);
  sources.keep();
}

await main(process.argv.includes('--force'));
