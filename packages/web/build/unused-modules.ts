/**
 * The HPKE and ML-KEM packages load Node's crypto by `import()` where there is no Web Crypto. In its place stands a
 * module that throws, so that nothing of it is built into the page.
 */
import type { Plugin } from 'vite';

/** Module and the path of who asks for it in vain. */
const UNUSED: Readonly<Record<string, RegExp>> = {
  crypto: /\/(@hpke|mlkem)\//,
};
const STUB = '\0polynya:unused-module';

export function unusedModules(): Plugin {
  return {
    name: 'polynya:unused-modules',
    enforce: 'pre',
    resolveId: (id, importer = '') => (UNUSED[id]?.test(importer) ? STUB : undefined),
    load: (id) => (id === STUB ? "throw new Error('left out of the page');" : undefined),
  };
}
