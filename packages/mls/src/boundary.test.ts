/** The one door: no other package sees the library, and the interface names nothing of it. */
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const packages = new URL('../../', import.meta.url).pathname;
const imports = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(
    (match) => match[1] ?? '',
  );
const sources = (folder: string): string[] =>
  globSync(`${packages}${folder}/{src,e2e}/**/*.{ts,tsx}`);

test('ts-mls and other peers are imported by tests alone', () => {
  const others = sources('*').filter((path) => !path.startsWith(`${packages}mls/`));
  expect(others.length).toBeGreaterThan(0);
  const offenders = others.filter((path) =>
    imports(path).some((name) => name === 'ts-mls' || name.startsWith('ts-mls/')),
  );
  expect(offenders).toEqual([]);
});

test('the interface imports nothing', () => {
  expect(imports(`${packages}mls/src/engine.ts`)).toEqual([]);
});
