/**
 * One program of ours as few files: what Node would find, read and strip of types file by file at every start. They
 * are CommonJS, because Node makes all that its modules export before an ES module may import one, undici among it.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** Loaded by few servers, and one of them with machine code of its own. */
const APART = ['pg', 'acme-client', 'node-datachannel'];
/** ms that files are kept which no newer bundle has: a server that runs may still load them. */
const KEPT = 30 * 86_400_000;

/** Bundles `entry` into `folder`, as NAME.cjs and what that loads when it is asked for. */
export async function bundleProgram(entry: string, folder: string): Promise<void> {
  const bundle = await rolldown({
    input: entry,
    platform: 'node',
    external: APART,
    // Not a mistake: a module that one command waits for may be part of another from the start.
    checks: { ineffectiveDynamicImport: false },
    logLevel: 'warn',
  });
  const { output } = await bundle.generate({
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
  });
  await bundle.close();
  mkdirSync(folder, { recursive: true });
  const chunks = output.filter((file) => file.type === 'chunk');
  // The entry last, when all that it names is there; each at once, for others may start it meanwhile.
  for (const { fileName, code } of chunks.sort((a, b) => Number(a.isEntry) - Number(b.isEntry))) {
    const written = join(folder, `${fileName}.${process.pid}`);
    writeFileSync(written, code);
    renameSync(written, join(folder, fileName));
  }
  const now = Date.now();
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (now - statSync(file).mtimeMs > KEPT) rmSync(file);
  }
}
