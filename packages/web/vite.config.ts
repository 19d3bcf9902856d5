/** How the page is built: relative to wherever it is served from, for browsers of 2024 and later. */
import { defineConfig } from 'vite';
import solid from 'vite-plugin-solid';

export default defineConfig({
  base: './',
  plugins: [solid()],
  worker: { format: 'es' },
  build: { target: 'es2024', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
});
