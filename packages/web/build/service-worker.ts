/**
 * Builds `src/sw.ts` to `sw.js` at the page's root, under a name that never changes, and tells it
 * which files make up the shell. Those have hashed names, so a new build is a new service worker.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { rolldown } from 'rolldown';
import type { Plugin } from 'vite';

export function serviceWorker(): Plugin {
  let root = '';
  let outDir = '';
  return {
    name: 'polynya:service-worker',
    apply: 'build',
    configResolved(config) {
      root = config.root;
      outDir = resolve(root, config.build.outDir);
    },
    closeBundle: {
      sequential: true,
      async handler() {
        const files = readdirSync(outDir, { recursive: true, withFileTypes: true })
          .filter((file) => file.isFile() && !file.name.endsWith('.br') && file.name !== 'sw.js')
          .map((file) => join(file.parentPath, file.name).slice(outDir.length + 1))
          .map((name) => name.split(sep).join('/'))
          .sort();
        const hash = createHash('sha256');
        for (const file of files) hash.update(readFileSync(join(outDir, file)));
        const build = await rolldown({
          input: join(root, 'src', 'sw.ts'),
          transform: {
            target: 'es2024',
            define: {
              __SHELL__: JSON.stringify(files.filter((file) => file !== 'index.html')),
              __SHELL_HASH__: JSON.stringify(hash.digest('hex').slice(0, 16)),
            },
          },
        });
        const { output } = await build.generate({ format: 'iife', minify: true });
        await build.close();
        writeFileSync(join(outDir, 'sw.js'), output[0].code);
      },
    },
  };
}
