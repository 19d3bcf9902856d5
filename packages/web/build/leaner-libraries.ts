/** Takes out of libraries what the page has no use for, and says what is left as browsers of 2024 understand it. */
import type { Plugin } from 'vite';

interface Change {
  readonly module: RegExp;
  readonly from: RegExp;
  readonly to: string;
}

/** Of it there is one. */
const SOLID = /\/node_modules\/solid-js\/(?:web\/)?dist\/(?:solid|web)\.js$/;

const CHANGES: readonly Change[] = [
  {
    // Compiled without class fields, into a call for each: an assignment in the constructor makes the same property.
    module: /\/node_modules\/(@hpke|mlkem)\//,
    from: /Object\.defineProperty\(this, "(\w+)", \{\s*enumerable: true,\s*configurable: true,\s*writable: true,\s*value: ([^\n]+?),?\s*\}\);/g,
    to: 'this.$1 = $2;',
  },
  {
    // Node's, which they load where there is no Web Crypto. Without it they say that there is none.
    module: /\/node_modules\/(@hpke|mlkem)\//,
    from: /await import\("crypto"\)/g,
    to: 'undefined',
  },
  {
    // Which of its outputs is wanted is told while it runs, so that no bundler sees that we want one of six.
    module: /\/node_modules\/qr\/index\.js$/,
    from: /if \(output === '(?!raw')[\w-]+'\)\s+return [^;]+;/g,
    to: '',
  },
  {
    // Nothing here begins a transition: who comes to need one takes this away.
    module: SOLID,
    from: /\bTransition && Transition\.running\b/g,
    to: 'false',
  },
  { module: SOLID, from: /^ +Transition = null;$/m, to: '' },
  {
    // Nor is there a boundary that waits.
    module: SOLID,
    from: /SuspenseContext && useContext\(SuspenseContext\)/g,
    to: 'null',
  },
  {
    // Nor was anything drawn by a server that this page would take over.
    module: SOLID,
    from: /(?<!delete )sharedConfig\.(?:context|effects|registry)(?= && |\)|\.id| \?|[,;])/g,
    to: 'undefined',
  },
];

export function leanerLibraries(): Plugin {
  return {
    name: 'polynya:leaner-libraries',
    transform: (code, id) =>
      CHANGES.filter(({ module }) => module.test(id)).reduce(
        (changed, { from, to }) => changed.replace(from, to),
        code,
      ),
  };
}
