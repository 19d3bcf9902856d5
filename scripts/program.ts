/**
 * Bundles the terminal's program into `packages/cli/dist`, unless the bundle was made from exactly these sources and
 * dependencies. `--force` bundles in any case.
 */
import { dirname, join } from 'node:path';
import { BuiltFrom } from './built-from.ts';

const cli = join(dirname(import.meta.dirname), 'packages', 'cli');

async function main(force: boolean): Promise<void> {
  const rooms = ['protocol', 'crypto', 'mls', 'reach', 'messenger', 'server', 'cli'];
  const sources = new BuiltFrom('program', rooms);
  if (!force && sources.isCurrent(join(cli, 'dist', 'main.cjs'))) return;
  const { bundleProgram } = await import('./bundle-program.ts');
  await bundleProgram(join(cli, 'src', 'main.ts'), join(cli, 'dist'));
  sources.keep();
}

await main(process.argv.includes('--force'));
