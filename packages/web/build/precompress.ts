/** Leaves a brotli copy (RFC 7932, quality 11) beside every file that gets smaller by it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import type { Plugin } from 'vite';

export function precompress(): Plugin {
  let outDir = '';
  return {
    name: 'polynya:precompress',
    apply: 'build',
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
    },
    writeBundle: {
      sequential: true,
      order: 'post',
      handler() {
        for (const file of readdirSync(outDir, { recursive: true, withFileTypes: true })) {
          if (!file.isFile() || file.name.endsWith('.br')) continue;
          const path = join(file.parentPath, file.name);
          const content = readFileSync(path);
          const params = {
            [constants.BROTLI_PARAM_QUALITY]: 11,
            [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
          };
          const small = brotliCompressSync(content, { params });
          if (small.length < content.length) writeFileSync(`${path}.br`, small);
        }
      },
    },
  };
}
