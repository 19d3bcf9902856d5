/** What whoever builds the page is told where it does not build. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { precompress } from '../packages/web/build/precompress.ts';
import { release } from '../packages/web/build/release.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'polynya-build-'));
});
afterEach(() => rmSync(root, { recursive: true }));

it('is what is wrong with the page, and nothing of files that were therefore never written', async () => {
  writeFileSync(join(root, 'index.html'), '<script type="module" src="/main.js"></script>');
  writeFileSync(join(root, 'main.js'), "import './not-there.js';");
  const plugins = [release({ version: '0', notes: {} }), precompress()];
  const built = build({ root, configFile: false, logLevel: 'silent', plugins });
  await expect(built).rejects.toThrow('not-there.js');
});
