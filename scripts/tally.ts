/**
 * A Vitest reporter that ends a run with `N passed, N failed` alone on a line, for programs to read, and before it
 * names each test that passed only when it was tried again: it has a race in it, or the program has.
 */
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** Counts tests by outcome. What broke outside of a test, such as a file that does not load, failed. */
export function tally(modules: readonly TestModule[], errors: readonly SerializedError[]): Tally {
  const count: Tally = { passed: 0, failed: errors.length, skipped: 0 };
  for (const module of modules) {
    count.failed += module.errors().length;
    for (const suite of module.children.allSuites()) count.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      count[state === 'pending' ? 'failed' : state] += 1;
    }
  }
  return count;
}

/** The full names of tests that failed first and passed when tried again (`POLYNYA_RETRY`). */
export function passedLate(modules: readonly TestModule[]): string[] {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const late = tests.filter((test) => test.diagnostic()?.flaky);
  return late.map(({ module, fullName }) => `${module.relativeModuleId} > ${fullName}`);
}

/** Prints the tally. A run in which no test ran is a failed one. */
export class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const { passed, failed, skipped } = tally(modules, errors);
    for (const name of passedLate(modules)) console.log(`passed only when tried again: ${name}`);
    console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
    if (passed + failed === 0) process.exitCode = 1;
  }
}
