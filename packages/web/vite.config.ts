/** How the page is built: relative to wherever it is served from, for browsers of 2024 and later. */

import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';
import solid from 'vite-plugin-solid';
import { leanerLibraries } from './build/leaner-libraries.ts';
import { nameBuild } from './build/name-build.ts';
import { inEngine } from './build/one-engine.ts';
import { precompress } from './build/precompress.ts';
import { release } from './build/release.ts';
import { squeeze } from './build/squeeze.ts';

/** How long which plugin takes is nothing that whoever starts a server needs to hear. */
const rolldownOptions = { checks: { bundlerTimings: false } };

const json = (name: string) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
const info = { version: json('package.json').version, notes: json('changes.json') };

export default defineConfig({
  base: './',
  plugins: [solid(), leanerLibraries(), squeeze(), nameBuild(), release(info), precompress()],
  worker: {
    format: 'es',
    plugins: () => [leanerLibraries(), squeeze()],
    rolldownOptions: {
      ...rolldownOptions,
      output: { codeSplitting: { groups: [{ name: inEngine }] } },
    },
  },
  build: {
    target: 'es2024',
    modulePreload: { polyfill: false },
    // Whole files only: what is inlined as data would need a hole in the content security policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions,
  },
});
