/**
 * Names the build in the page, by the name of its first script: that has a hash of everything it loads. The server
 * tells this name to pages that are open, and one that is of another build reloads (src/state/update.ts).
 */
import { posix } from 'node:path';
import type { Plugin } from 'vite';

export function nameBuild(): Plugin {
  return {
    name: 'polynya:name-build',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { chunk }) {
        const content = posix.basename(chunk?.fileName ?? '');
        return [{ tag: 'meta', attrs: { name: 'build', content }, injectTo: 'head' }];
      },
    },
  };
}
