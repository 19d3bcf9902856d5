import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tidy } from './bundle-program.ts';

const DAY = 86_400_000;

test('what a server that runs may still load stays for 30 days after a newer bundle came, however old it is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'polynya-bundles-'));
  const start = Date.now();
  const bundled = (day: number, ...files: string[]) => {
    for (const file of files) {
      writeFileSync(join(folder, file), '');
      utimesSync(join(folder, file), start / 1_000 + day * 86_400, start / 1_000 + day * 86_400);
    }
    tidy(folder, files, start + day * DAY);
    return readdirSync(folder).filter((name) => name !== 'bundles.json');
  };
  try {
    bundled(0, 'main.cjs', 'push-1.cjs');
    expect(bundled(45, 'main.cjs', 'push-2.cjs')).toEqual(['main.cjs', 'push-1.cjs', 'push-2.cjs']);
    expect(bundled(74, 'main.cjs', 'push-3.cjs')).toHaveLength(4);
    expect(bundled(76, 'main.cjs', 'push-3.cjs')).toEqual(['main.cjs', 'push-2.cjs', 'push-3.cjs']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
