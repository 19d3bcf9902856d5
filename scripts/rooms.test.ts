import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { forbiddenImports, importsOf, objectionTo, sourcesIn } from './rooms.ts';

const root = dirname(import.meta.dirname);
const longest = 400;

describe('this repository', () => {
  test('has sources in every room of ARCHITECTURE.md, and they enter only rooms they may', () => {
    const rooms = new Set(sourcesIn(root).map((path) => path.split('/')[1]));
    expect([...rooms].sort()).toEqual([
      'cli',
      'crypto',
      'messenger',
      'mls',
      'protocol',
      'reach',
      'server',
      'web',
    ]);
    expect(forbiddenImports(root)).toEqual([]);
  });

  test(`has no source file above ${longest} lines`, () => {
    const scripts = globSync('{scripts,lab,bench,examples}/**/*.{ts,tsx,mjs}', { cwd: root });
    const tooLong = [...sourcesIn(root), ...scripts]
      .map((path) => ({
        path,
        lines: readFileSync(join(root, path), 'utf8').trimEnd().split('\n').length,
      }))
      .filter(({ lines }) => lines > longest);
    expect(tooLong).toEqual([]);
  });
});

describe('the imports of a source', () => {
  test('are found in every form that TypeScript has', () => {
    const source = `
      import 'a';
      import b from 'b';
      import type { C } from 'c';
      export * from 'd';
      export { e } from 'e';
      const f = import('f');
      type G = import('g').G;
      const text = "import 'not this'"; // import 'nor this'
    `;
    expect(importsOf(source, 'ts')).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    expect(importsOf("import 'a'; const page = <p>import 'b'</p>;", 'tsx')).toEqual(['a']);
  });
});

describe('an import is refused when', () => {
  const refused: [why: string, path: string, specifier: string][] = [
    ['protocol enters any room', 'packages/protocol/src/a.ts', '@polynya/mls/group'],
    ['protocol does I/O', 'packages/protocol/src/a.ts', 'node:fs'],
    ['crypto enters any room', 'packages/crypto/src/a.ts', '@polynya/protocol/bytes'],
    ['mls enters protocol', 'packages/mls/src/a.ts', '@polynya/protocol/cbor'],
    ['messenger enters server', 'packages/messenger/src/a.ts', '@polynya/server/server'],
    ['server enters messenger', 'packages/server/src/a.ts', '@polynya/messenger/messenger'],
    ['web enters protocol', 'packages/web/src/a.tsx', '@polynya/protocol/cbor'],
    ['cli enters reach', 'packages/cli/src/a.ts', '@polynya/reach/session'],
    ['it goes around by a relative path', 'packages/mls/src/a.ts', '../../reach/src/session.ts'],
    ['it leaves packages/', 'packages/cli/src/a.ts', '../../../scripts/chromium.ts'],
    ['it takes ts-mls elsewhere than in mls', 'packages/messenger/src/a.ts', 'ts-mls'],
    ['it does so in a test', 'packages/messenger/src/a.test.ts', 'ts-mls/crypto'],
    ['lab enters a room', 'lab/sides/a.ts', '@polynya/reach/client/client'],
    ['lab does so by a relative path', 'lab/sides/a.ts', '../../packages/cli/src/main.ts'],
    ['lab takes from bench', 'lab/a.ts', '../bench/row.ts'],
    ['it takes a test into the product', 'packages/mls/src/a.ts', './b.test.ts'],
  ];
  test.each(refused)('%s', (_why, path, specifier) => {
    expect(objectionTo(path, specifier)).toBeDefined();
  });
});

describe('an import is accepted when', () => {
  const accepted: [why: string, path: string, specifier: string][] = [
    ['it stays in its room', 'packages/mls/src/a/b.ts', '../c.ts'],
    ['a room may enter the other', 'packages/cli/src/a.ts', '@polynya/server/server'],
    ['mls takes its primitives', 'packages/mls/src/a.ts', '@polynya/crypto/hpke'],
    ['reach takes the same', 'packages/reach/src/a.ts', '@polynya/crypto/hpke'],
    ['mls takes ts-mls', 'packages/mls/src/a.ts', 'ts-mls'],
    ['it is a published package', 'packages/web/src/a.tsx', 'solid-js/web'],
    ['a test uses real parts', 'packages/messenger/src/a.test.ts', '@polynya/server/server'],
    ['lab starts a browser', 'lab/sides/a.ts', '../../scripts/chromium.ts'],
    ['an end-to-end test starts a browser', 'packages/web/e2e/a.test.ts', '../../../scripts/a.ts'],
  ];
  test.each(accepted)('%s', (_why, path, specifier) => {
    expect(objectionTo(path, specifier)).toBeUndefined();
  });
});
