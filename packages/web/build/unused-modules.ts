/**
 * Libraries load by `import()` what the page never needs: ts-mls the algorithms of other cipher
 * suites, the HPKE packages Node's crypto where there is no Web Crypto. In their place stands a
 * module that throws, and they are not built into the page.
 */
import type { Plugin } from 'vite';

/** Module and the path of who asks for it in vain. */
const UNUSED: Readonly<Record<string, RegExp>> = {
  '@hpke/dhkem-x448': /\/ts-mls\//,
  '@hpke/ml-kem': /\/ts-mls\//,
  '@hpke/chacha20poly1305': /\/ts-mls\//,
  '@noble/ciphers/chacha.js': /\/ts-mls\//,
  '@noble/curves/ed448.js': /\/ts-mls\//,
  '@noble/curves/nist.js': /\/ts-mls\//,
  '@noble/post-quantum/ml-dsa.js': /\/ts-mls\//,
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
