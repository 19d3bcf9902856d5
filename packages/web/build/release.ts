/**
 * Makes a release of what was built: `sw.js`, whose name and content stay the same from one build to the next; the
 * start of the page, in index.html itself; the files in parts, which the service worker brings; and `release.json`,
 * which says what belongs together, for the server to sign (src/shell/release.ts).
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, posix, resolve, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import type { Plugin } from 'vite';
import type { Part, Release } from '../src/shell/release.ts';
import { squeezed } from './squeeze.ts';

const NOT_IN_PARTS = /\.(br|gz)$|^(sw\.js|release\.json)$|^parts\//;
/** What a page asks for as soon as it runs: words, marks, what unlocks it, and where its line is blocked the ways through. */
const SOON =
  /^(icon\.svg|manifest\.webmanifest)$|\/([a-z]{2}|locked|passkey|passphrase(-worker)?|sips|dial|carrier-port)-[\w-]{8}\.js$/;
/** Bytes of other files that come together, and of what the first import: each alone would take a connection for little. */
const SMALL = { file: 6_000, imported: 16_000 };

export interface ReleaseInfo {
  readonly version: string;
  /** What is new, in a sentence, by language. */
  readonly notes: Readonly<Record<string, string>>;
}

export function release(info: ReleaseInfo): Plugin {
  let root = '';
  let outDir = '';
  return {
    name: 'polynya:release',
    apply: 'build',
    configResolved(config) {
      root = config.root;
      outDir = resolve(root, config.build.outDir);
    },
    writeBundle: {
      sequential: true,
      async handler() {
        writeFileSync(join(outDir, 'sw.js'), await script(join(root, 'src', 'sw.ts'), {}));
        const path = join(outDir, 'index.html');
        const { html, main, styles } = withoutFiles(readFileSync(path, 'utf8'));
        const boot = await script(join(root, 'src', 'shell', 'boot.ts'), {
          __MAIN__: JSON.stringify(main),
          __STYLES__: JSON.stringify(styles),
        });
        writeFileSync(
          path,
          html.replace('</body>', () => `<script>${boot}</script></body>`),
        );
        writeRelease(outDir, info, Math.floor(Date.now() / 1_000));
      },
    },
  };
}

/** Writes parts and `release.json` for the page in a folder, in place of those that are there. */
export function writeRelease(outDir: string, info: ReleaseInfo, serial: number): void {
  const folder = join(outDir, 'parts');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const all = readdirSync(outDir, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name).slice(outDir.length + 1))
    .map((name) => name.split(sep).join('/'))
    .filter((name) => !NOT_IN_PARTS.test(name))
    .sort();
  const size = (name: string) => statSync(join(outDir, name)).size;
  const soon = all.filter((name) => SOON.test(name));
  const imported = needed(outDir, soon).filter((name) => size(name) <= SMALL.imported);
  const first = [...new Set([...needed(outDir, ['index.html']), ...imported])];
  const others = all.filter((name) => !first.includes(name));
  const small = others.filter((name) => size(name) <= SMALL.file);
  const single = others.filter((name) => !small.includes(name)).map((name) => [name]);
  const parts = [first, small, ...single].map((names) => part(outDir, names)) as [Part, ...Part[]];
  const built: Omit<Release, 'headers'> = { serial, ...info, parts };
  writeFileSync(join(outDir, 'release.json'), JSON.stringify(built));
}

function part(outDir: string, names: readonly string[]): Part {
  const bodies = names.map((name) => readFileSync(join(outDir, name)));
  const body = Buffer.concat(bodies);
  const id = createHash('sha256').update(body).digest('base64url');
  const packed = gzipSync(body, { level: 9 });
  writeFileSync(join(outDir, 'parts', `${id}.gz`), packed);
  const files = names.map((name, at) => [name, bodies[at]?.length ?? 0] as const);
  return { id, gzip: packed.length, files };
}

/** These files and those that they cannot do without: what scripts import before they run, and workers. */
function needed(outDir: string, names: readonly string[]): string[] {
  const found = new Set(names);
  for (const path of found) {
    if (!/\.(html|js)$/.test(path)) continue;
    const text = readFileSync(join(outDir, path), 'utf8');
    // In a page whatever it names; in a script not what it imports later.
    const references = path.endsWith('.html')
      ? text.matchAll(/(assets\/[\w.-]+\.(?:js|css))/g)
      : text.matchAll(/(?:from|import|URL\()\s*["'`]([\w./-]+\.js)["'`]/g);
    for (const [, reference = ''] of references) {
      const beside = posix.join(posix.dirname(path), reference);
      const name = [beside, reference].find((candidate) => existsSync(join(outDir, candidate)));
      if (name !== undefined && name !== 'secure-context.js') found.add(name);
    }
  }
  return [...found];
}

/** The page without the tags by which it would load its files itself; and which those are. */
function withoutFiles(html: string): { html: string; main: string; styles: readonly string[] } {
  let main = '';
  const styles: string[] = [];
  const bare = html
    .replace(/\s*<script type="module"[^>]* src="([^"]+)"><\/script>/, (_, src: string) => {
      main = src;
      return '';
    })
    .replaceAll(/\s*<link rel="stylesheet"[^>]* href="([^"]+)">/g, (_, href: string) => {
      styles.push(href);
      return '';
    })
    .replaceAll(/\s*<link rel="modulepreload"[^>]*>/g, '');
  return { html: bare, main, styles };
}

async function script(input: string, define: Record<string, string>): Promise<string> {
  const build = await rolldown({ input, transform: { target: 'es2024', define } });
  const { output } = await build.generate({ format: 'iife', minify: true });
  await build.close();
  return squeezed(output[0].code.trim(), false);
}
