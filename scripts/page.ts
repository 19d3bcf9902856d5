/**
 * Builds the web page, unless the built one was made from exactly these sources and dependencies.
 * `--force` builds in any case. Progress goes to stderr: a caller's stdout stays its own.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'vite';

const root = dirname(import.meta.dirname);
const page = join(root, 'packages', 'web');
const stampFile = join(root, '.cache', 'page-built-from');

/** The hash of everything that goes into the page: the rooms it is made of and the lock file. */
function hashOfSources(): string {
  const files = globSync('packages/{protocol,mls,reach,messenger,web}/**/*.*', {
    cwd: root,
    exclude: ['**/dist/**', '**/node_modules/**', '**/e2e/**', '**/*.test.ts'],
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const file of [join(root, 'package-lock.json'), ...files.sort()]) {
    const content = readFileSync(file);
    hash.update(`${file.slice(root.length)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

function isBuiltFrom(hash: string): boolean {
  return (
    existsSync(join(page, 'dist', 'index.html')) &&
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === hash
  );
}

async function main(force: boolean): Promise<void> {
  if (!existsSync(join(page, 'index.html'))) {
    process.stderr.write(
      'packages/web/index.html is missing: this clone is incomplete, so bring it up to date with git and run the same command again.\n',
    );
    process.exitCode = 1;
    return;
  }
  const hash = hashOfSources();
  if (!force && isBuiltFrom(hash)) return;
  process.stderr.write('Building the page…\n');
  process.env.NODE_ENV = 'production';
  await build({ root: page, mode: 'production', logLevel: 'warn' });
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, hash);
}

await main(process.argv.includes('--force'));
