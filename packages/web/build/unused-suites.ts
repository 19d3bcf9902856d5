/**
 * ts-mls loads the algorithms of its other cipher suites by `import()`. The page has one suite, so
 * these are replaced by a module that throws, and are not built into it.
 */
import type { Plugin } from 'vite';

/** What no group of ours uses: X448, ML-KEM without X-Wing, ChaCha20, Ed448, ECDSA, ML-DSA. */
const UNUSED = new Set([
  '@hpke/dhkem-x448',
  '@hpke/ml-kem',
  '@hpke/chacha20poly1305',
  '@noble/ciphers/chacha.js',
  '@noble/curves/ed448.js',
  '@noble/curves/nist.js',
  '@noble/post-quantum/ml-dsa.js',
]);
const STUB = '\0polynya:unused-suite';

export function unusedSuites(): Plugin {
  return {
    name: 'polynya:unused-suites',
    enforce: 'pre',
    resolveId: (id, importer) =>
      UNUSED.has(id) && importer?.includes('/ts-mls/') ? STUB : undefined,
    load: (id) =>
      id === STUB ? "throw new Error('this cipher suite is not in the page');" : undefined,
  };
}
