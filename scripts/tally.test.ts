import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = dirname(import.meta.dirname);
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(root, 'node_modules', '.tally '));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs Vitest itself, with our reporter, on one test file of this content. */
function run(content: string): { lines: string[]; status: number | null } {
  const reporter = JSON.stringify(join(root, 'scripts', 'tally.ts'));
  const config = `import { TallyReporter } from ${reporter};
    export default { test: { include: ['*.test.ts'], exclude: [], reporters: [new TallyReporter()] } };`;
  writeFileSync(join(folder, 'vitest.config.ts'), config);
  writeFileSync(join(folder, 'a.test.ts'), `import { test } from 'vitest';\n${content}`);
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { stdout, status } = spawnSync(process.execPath, [vitest, 'run'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { lines: stdout.trim().split('\n'), status };
}

test('a passing run ends with its counts alone on a line', () => {
  const { lines, status } = run("test('a', () => {}); test('b', () => {});");
  expect(lines).toContain('2 passed, 0 failed');
  expect(status).toBe(0);
});

test('failed and skipped tests are counted apart', () => {
  const { lines, status } = run(
    "test('a', () => {}); test('b', () => { throw new Error(); }); test.skip('c', () => {});",
  );
  expect(lines).toContain('1 passed, 1 failed, 1 skipped');
  expect(status).toBe(1);
});

test('a test that passes only when it is tried again is named', () => {
  const { lines, status } = run(
    "let n = 0; test('a', { retry: 1 }, () => { if (n++ === 0) throw new Error(); }); test('b', () => {});",
  );
  expect(lines).toContain('passed only when tried again: a.test.ts > a');
  expect(lines).toContain('2 passed, 0 failed');
  expect(status).toBe(0);
});

test('a file that does not load is a failure', () => {
  const { lines, status } = run("throw new Error('broken');");
  expect(lines).toContain('0 passed, 1 failed');
  expect(status).toBe(1);
});

test('a run in which every test was skipped fails', () => {
  const { lines, status } = run("test.skip('a', () => {});");
  expect(lines).toContain('0 passed, 0 failed, 1 skipped');
  expect(status).toBe(1);
});
