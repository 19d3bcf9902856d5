/**
 * Takes out of libraries what the page has no use for, and says what is left as browsers of 2024 understand it; of lists
 * with many rows it changes how they are placed.
 */
import type { Plugin } from 'vite';
import { ML_KEM } from './leaner-ml-kem.ts';

export interface Change {
  readonly module: RegExp;
  readonly from: RegExp;
  readonly to: string;
}

/** Of it there is one. */
const SOLID = /\/node_modules\/solid-js\/(?:web\/)?dist\/(?:solid|web)\.js$/;
const VIRTUA = /\/node_modules\/virtua\/lib\/solid\/index\.jsx$/;

export const CHANGES: readonly Change[] = [
  ...ML_KEM,
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
    module: SOLID,
    from: /if \(!recompute && \(!obs \|\| !obs\.length\) && Transition\) releaseTransitionSource\(source\);/,
    to: '',
  },
  { module: SOLID, from: /if \(node\.tOwned\) \{[\s\S]*?delete node\.tOwned;\s+\}/, to: '' },
  {
    // Nor is there a boundary that waits, or anything that is loaded for one.
    module: SOLID,
    from: /SuspenseContext && useContext\(SuspenseContext\)/g,
    to: 'null',
  },
  { module: SOLID, from: /if \(node\.suspense && [^;]+;/, to: '' },
  {
    module: SOLID,
    from: /for \(const c of contexts\.keys\(\)\) c\.decrement\(\);\s+contexts\.clear\(\);/g,
    to: '',
  },
  { module: SOLID, from: /if \("v" in p\) \{[\s\S]*?return p;\s+\}/, to: '' },
  { module: SOLID, from: /if \(\(p === initP[^;]+;/, to: '' },
  { module: SOLID, from: /initP !== NO_INIT \? initP : /, to: '' },
  { module: SOLID, from: /options\.storage \|\| createSignal/, to: 'createSignal' },
  {
    // Nor was anything drawn by a server that this page would take over.
    module: SOLID,
    from: /(?<!delete )sharedConfig\.(?:context|effects|registry)(?= && |\)|\.id| \?|[,;])/g,
    to: 'undefined',
  },
  {
    // No view is given its properties by a store, or by a function that is asked anew.
    module: SOLID,
    from: /const SUPPORTS_PROXY = [^;]+;/,
    to: 'const SUPPORTS_PROXY = false;',
  },
  {
    module: SOLID,
    from: /sources\[i\] = typeof s === "function" \? [^;]+;/,
    to: 'if (typeof s === "function") throw new Error("a spread that is asked anew");',
  },
  {
    // What is drawn is HTML, and SVG in it by templates: no MathML, and no element of SVG by its name.
    module: SOLID,
    from: /isMathML \? [^:]*:[^:]*?(?=document|t\.content)/g,
    to: '',
  },
  { module: SOLID, from: /SVGElements\.has\(component\)/, to: 'false' },
  { module: SOLID, from: /isSVG && prop\.indexOf[^;]+/, to: 'false' },
  {
    // Lists run downwards, begin without what they measured before, and are drawn by no server.
    module: VIRTUA,
    from: /const \{ itemSize, horizontal = false, cache, ssrCount \} = props;/,
    to: 'const { itemSize } = props; const horizontal = false, cache = undefined, ssrCount = 0;',
  },
  { module: VIRTUA, from: /props\._is(Horizontal|SSR)\b/g, to: 'false' },
  {
    // Its rows stand one below the other as they are, so that one that grows moves the others without a style for each.
    module: VIRTUA,
    from: /position: hide && isSSR[^}]*\+ "px",/,
    to: '"margin-top": props._offset + "px",',
  },
  {
    // So none lies over another before it is measured, and none need be hidden until then: all that is in it would be
    // given its style twice.
    module: VIRTUA,
    from: /visibility: !hide \|\| isSSR[^\n]+/,
    to: '',
  },
  { module: VIRTUA, from: /const hide = (?:props\._hide;|createMemo\([^}]+\}\);)/g, to: '' },
  {
    module: VIRTUA,
    from: / _hide=\{hide\(\)\}|get _hide\(\) \{\s+return hide\(\);\s+\},/g,
    to: '',
  },
  {
    module: VIRTUA,
    from: /return store\.\$getItemOffset\(itemIndex\(\)\);/,
    to: `const above = dataSlice()._indexes[index() - 1];
      return store.$getItemOffset(itemIndex()) - (above >= 0 ? store.$getItemOffset(above + 1) : 0);`,
  },
  {
    // Scrolled to their end they stay there as rows grow: else those that went below it would be drawn anew.
    module: VIRTUA,
    from: /if \(_scrollMode === SCROLL_BY_SHIFT\) \{\s+return length;/,
    to: `const below = getTotalSize() - viewportSize;
    if (_scrollMode === SCROLL_BY_SHIFT || (below > 1 && getRelativeScrollOffset() + 1 > below)) {
      return length;`,
  },
  {
    // What is inherited is computed anew for all that is in the list, at each beginning and end of scrolling.
    module: VIRTUA,
    from: /"pointer-events": [^\n]+/,
    to: '',
  },
  { module: VIRTUA, from: /const isScrolling = createMemo\([^\n]+/, to: '' },
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
