/** One run, two projects: `unit` beside the code, `browser` in a real Chromium. */
import { defineConfig } from 'vitest/config';
import { TallyReporter } from './scripts/tally.ts';

/** Real servers, disks and browsers on a shared machine: what fails before a landing is tried once more. */
const retry = process.env.CI ? 1 : 0;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{packages/*/src,lab,scripts,examples}/**/*.test.ts'],
          testTimeout: 60_000,
          // A hook that founds a house of three takes seconds where others work beside it.
          hookTimeout: 60_000,
          retry,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['packages/*/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 20_000 } },
          fileParallelism: false,
          retry,
        },
      },
    ],
    reporters: ['default', new TallyReporter()],
  },
});
