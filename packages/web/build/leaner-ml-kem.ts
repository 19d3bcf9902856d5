/**
 * What the page does without in `mlkem`: ML-KEM-768 (FIPS 203) from a seed, SHA3-256 and SHAKE256 (FIPS 202) are all
 * that it asks of it.
 */
import type { Change } from './leaner-libraries.ts';

const inside = (file: string) => new RegExp(`/node_modules/mlkem/esm/src/${file}\\.js$`);

/** Methods of a class, with what is said before them. */
const methods = (...names: string[]) =>
  new RegExp(
    String.raw`(?:^ {4}/\*\*(?:(?!\*/)[\s\S])*\*/\n)?^ {4}(?:async )?(?:${names.join('|')})\([\s\S]*?^ {4}\}\n`,
    'gm',
  );

export const ML_KEM: readonly Change[] = [
  {
    // Compiled without class fields, into a call for each; those without a value are made where they get one.
    module: inside('.*'),
    from: /Object\.defineProperty\(this, "\w+", \{\s*enumerable: true,\s*configurable: true,\s*writable: true,\s*value: (?:void 0|undefined)\s*\}\);/g,
    to: '',
  },
  {
    // An assignment in the constructor makes the same property.
    module: inside('.*'),
    from: /Object\.defineProperty\(this, "(\w+)", \{\s*enumerable: true,\s*configurable: true,\s*writable: true,\s*value: ([^\n]+?),?\s*\}\);/g,
    to: 'this.$1 = $2;',
  },
  {
    // Where it looks for Web Crypto, and for Node's where there is none.
    module: inside('utils'),
    from: /(export async function loadCrypto\(\) \{)[\s\S]*?^\}/m,
    to: '$1 return globalThis.crypto; }',
  },
  { module: inside('utils'), from: /^import .*dnt\.shims\.js";$/m, to: '' },
  {
    // The powers of 17 in the order in which the transform comes by them, and the same backwards (FIPS 203, appendix A;
    // times 2^16, as the multiplication wants them).
    module: inside('consts'),
    from: /(?<=NTT_ZETAS = )\[[^\]]*\]/,
    to: '[1729, 2580, 2642, 1062, 296, 289, 17].reduce((zetas, power) => [...zetas, ...zetas.map((zeta) => zeta * power % Q)], [2285])',
  },
  {
    module: inside('consts'),
    from: /(?<=NTT_ZETAS_INV = )\[[^\]]*\]/,
    to: '[...NTT_ZETAS.slice(1).reverse().map((zeta) => Q - zeta), 1441]',
  },
  {
    module: inside('mlKem(Base|768)'),
    from: methods('generateKeyPair', '_generateKeyPairCore'),
    to: '',
  },
  { module: inside('sha3/sha3'), from: methods('clone', '_cloneInto', 'xof', 'xofInto'), to: '' },
  // What it has a copy of is here already.
  { module: inside('sha3/sha3'), from: /"\.\/utils\.js"/, to: '"@noble/hashes/utils.js"' },
  // How the rounds are unrolled below does not read these tables.
  { module: inside('sha3/sha3'), from: /^.*SHA3_(?:PI|ROTL)(?:\.push.*| = \[\]);\n/gm, to: '' },
  // Which hash one is says its own name.
  { module: inside('sha3/sha3'), from: /, \s*\/\* @__PURE__ \*\/ oidNist\([^)]*\)/g, to: '' },
];
