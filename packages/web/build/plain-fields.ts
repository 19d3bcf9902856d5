/**
 * The HPKE and ML-KEM packages were compiled for browsers without class fields, into a call of `defineProperty` for
 * each. Ours have them: an assignment in the constructor, which makes the same property, is a sixth of that.
 */
import type { Plugin } from 'vite';

const MODULE = /\/node_modules\/(@hpke|mlkem)\//;
const FIELD =
  /Object\.defineProperty\(this, "(\w+)", \{\s*enumerable: true,\s*configurable: true,\s*writable: true,\s*value: ([^\n]+?),?\s*\}\);/g;

export function plainFields(): Plugin {
  return {
    name: 'polynya:plain-fields',
    transform: (code, id) => (MODULE.test(id) ? code.replace(FIELD, 'this.$1 = $2;') : undefined),
  };
}
