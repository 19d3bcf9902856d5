/** Who imports whom among the rooms under packages/ and the lab, and what of that ARCHITECTURE.md forbids. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { parseAst } from 'rolldown/parseAst';

/** What each room may import, besides itself and packages that others publish. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  crypto: [],
  mls: ['crypto'],
  reach: ['protocol', 'crypto'],
  messenger: ['protocol', 'crypto', 'mls', 'reach'],
  web: ['messenger'],
  server: ['protocol', 'reach'],
  cli: ['messenger', 'server'],
};

/** Published packages that only one room may know, so that it can replace them. */
const privateTo: Readonly<Record<string, string>> = { 'ts-mls': 'mls' };

/** Every module specifier in a TypeScript source: imports, re-exports, `import()` and import types. */
export function importsOf(source: string, lang: 'ts' | 'tsx'): string[] {
  const found: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('source' in node && typeof node.source === 'object' && node.source !== null) {
      const { source } = node;
      if ('value' in source && typeof source.value === 'string') found.push(source.value);
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseAst(source, { lang }));
  return found;
}

/** Tests use the real parts of any room; nothing else imports tests. */
const isTest = (path: string): boolean => /\.test\.tsx?$|\/(e2e|test)\//.test(path);

/**
 * Why the module at `path` (from the root, with slashes) may not import `specifier`,
 * or undefined when it may.
 */
export function objectionTo(path: string, specifier: string): string | undefined {
  const room = path.split('/')[1] ?? '';
  const owner = Object.entries(privateTo).find(
    ([name]) => specifier === name || specifier.startsWith(`${name}/`),
  )?.[1];
  if (owner !== undefined && owner !== room) return `only ${owner} imports ${specifier}`;

  const target = specifier.startsWith('.')
    ? join(dirname(path), specifier).split(sep).join('/')
    : specifier.replace(/^@polynya\/([^/]+)\/(.*)$/, 'packages/$1/src/$2');
  if (isTest(path)) return undefined;
  if (path.startsWith('lab/')) return objectionInLab(target);
  if (isTest(target)) return 'only tests import tests';
  if (specifier.startsWith('node:')) {
    return room === 'protocol' ? 'protocol does no I/O' : undefined;
  }
  const entered = target.startsWith('packages/') ? target.split('/')[1] : undefined;
  if (entered === undefined) {
    return specifier.startsWith('.') ? 'only tests leave packages/' : undefined;
  }
  if (entered === room || mayImport[room]?.includes(entered)) return undefined;
  return `${room} may not enter ${entered}`;
}

/** The lab runs the program as anybody would, so that it can judge any other messenger by the same rules. */
function objectionInLab(target: string): string | undefined {
  if (target.startsWith('packages/')) return 'lab drives programs from outside and enters no room';
  const left = target.startsWith('../') || /^(bench|examples)\//.test(target);
  return left ? 'lab needs nothing but itself and scripts/' : undefined;
}

/** The TypeScript sources under packages/, as paths from `root` with slashes. */
export function sourcesIn(root: string): string[] {
  return globSync('packages/*/**/*.{ts,tsx}', {
    cwd: root,
    exclude: ['**/node_modules/**', '**/dist/**'],
  }).map((path) => path.split(sep).join('/'));
}

/** Every import under packages/ and lab/ that the design forbids, as `path: reason`. */
export function forbiddenImports(root: string): string[] {
  const lab = globSync('lab/**/*.ts', { cwd: root }).map((path) => path.split(sep).join('/'));
  return [...sourcesIn(root), ...lab].flatMap((path) =>
    importsOf(readFileSync(join(root, path), 'utf8'), path.endsWith('x') ? 'tsx' : 'ts')
      .map((specifier) => objectionTo(path, specifier))
      .filter((reason) => reason !== undefined)
      .map((reason) => `${path}: ${reason}`),
  );
}
