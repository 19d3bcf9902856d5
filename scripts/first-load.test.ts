import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { measureFirstLoad } from './first-load.ts';

let dist = '';
beforeEach(() => {
  dist = mkdtempSync(join(tmpdir(), 'polynya first load '));
});
afterEach(() => rmSync(dist, { recursive: true }));

function page(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dist, path)), { recursive: true });
    writeFileSync(join(dist, path), content);
  }
}
const parts = () => Object.keys(measureFirstLoad(dist).parts).sort();

describe('the first load', () => {
  test('counts the html, its scripts, preloads and style sheets, under names without a hash', () => {
    page({
      'index.html':
        '<script src="/assets/index-aaaa_AAA.js"></script><link rel=modulepreload href=/assets/vendor-bbbb-BBB.js><link href="./assets/index-cccccccc.css">',
      'assets/index-aaaa_AAA.js': '1',
      'assets/vendor-bbbb-BBB.js': '2',
      'assets/index-cccccccc.css': '3',
    });
    expect(parts()).toEqual(['index.css', 'index.html', 'index.js', 'vendor.js']);
  });

  test('follows static imports, workers, dynamic imports and fonts, through cycles', () => {
    page({
      'index.html': '<script src="/assets/a.js">',
      'assets/a.js':
        'import{x}from"./b.js";new Worker(new URL("/assets/engine.js",import.meta.url));import(`./later.js`)',
      'assets/b.js': 'import"./a.js"',
      'assets/engine.js': 'importScripts("shared.js")',
      'assets/shared.js': '',
      'assets/later.js': 'm.f=["assets/later.css"]',
      'assets/later.css': '@font-face{src:url(/assets/sans.woff2)}',
      'assets/sans.woff2': 'font',
      'assets/unused.js': 'nobody names this one',
    });
    expect(parts()).toEqual(
      ['a.js', 'b.js', 'engine.js', 'index.html', 'later.css', 'later.js', 'sans.woff2'].concat(
        'shared.js',
      ),
    );
  });

  test('keeps apart two files that differ only in folder or hash, and its total is their sum', () => {
    page({
      'index.html': '<script src="/assets/a-aaaaaaaa.js"></script><script src="/b/a.js"></script>',
      'assets/a-aaaaaaaa.js': 'x'.repeat(1000),
      'b/a.js': 'y',
    });
    const load = measureFirstLoad(dist);
    expect(Object.keys(load.parts)).toHaveLength(3);
    expect(load.total).toBe(Object.values(load.parts).reduce((sum, bytes) => sum + bytes, 0));
    expect(load.parts['a.js']).toBeLessThan(100);
  });

  test('leaves out the service worker and files of other origins', () => {
    page({
      'index.html': '<script src="/a.js"></script><script src="https://example.org/b.js"></script>',
      'a.js': 'navigator.serviceWorker.register("/sw.js")',
      'b.js': '',
      'sw.js': '',
    });
    expect(parts()).toEqual(['a.js', 'index.html']);
  });
});
