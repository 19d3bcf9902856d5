/** One run, two projects: `unit` beside the code, `browser` in a real Chromium. */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { TallyReporter } from './scripts/tally.ts';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // Most tests wait more than they compute. Browsers, which compute, come after them.
          maxWorkers: 2 * availableParallelism(),
          sequence: { groupOrder: 0 },
          include: ['{packages/*/{src,build},lab,scripts,examples}/**/*.test.ts'],
          testTimeout: 60_000,
          // A hook that founds a house of three takes seconds where others work beside it.
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['packages/*/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 20_000 } },
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 1 },
        },
      },
    ],
    // Before a landing one unlucky moment of a loaded machine need not undo a day: the tally names such a test.
    retry: process.env.POLYNYA_RETRY ? 1 : 0,
    reporters: ['default', new TallyReporter()],
  },
});
