/**
 * One program of ours as few files: what Node would find, read and strip of types file by file at every start. They
 * are CommonJS, because Node makes all that its modules export before an ES module may import one, undici among it.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** Loaded by few servers, and one of them with machine code of its own. */
const APART = ['pg', 'acme-client', 'node-datachannel'];
/** ms that files are kept which the newest bundle does not have: a server that runs may still load them. */
const KEPT = 30 * 86_400_000;
/** Of the bundles whose files are kept, the oldest first: what each is made of, and since when (ms since 1970). */
const KEPT_LIST = 'bundles.json';

interface Kept {
  readonly since: number;
  readonly files: readonly string[];
}

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
  // The entry last, when all that it names is there.
  for (const { fileName, code } of chunks.sort((a, b) => Number(a.isEntry) - Number(b.isEntry))) {
    write(join(folder, fileName), code);
  }
  tidy(
    folder,
    chunks.map(({ fileName }) => fileName),
  );
}

/** Deletes what has not been of the newest bundle for long. */
export function tidy(folder: string, files: readonly string[], now = Date.now()): void {
  const list = join(folder, KEPT_LIST);
  const bundles: Kept[] = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
  bundles.push({ since: now, files });
  // Each was the newest until the one after it came.
  const kept = bundles.filter((_, i) => now - (bundles[i + 1]?.since ?? now) <= KEPT);
  write(list, JSON.stringify(kept));
  const names = new Set([KEPT_LIST, ...kept.flatMap((bundle) => bundle.files)]);
  for (const name of readdirSync(folder).filter((name) => !names.has(name))) {
    const file = join(folder, name);
    // One that is just being written by another is in no list.
    if (now - statSync(file).mtimeMs > KEPT) rmSync(file, { force: true });
  }
}

/** At once, for others may start it meanwhile. */
function write(file: string, content: string): void {
  const written = `${file}.${process.pid}`;
  writeFileSync(written, content);
  renameSync(written, file);
}
