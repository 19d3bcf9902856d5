import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { assertInside, whyNot } from './enter.ts';

const reason = whyNot();
const folder = join(import.meta.dirname, '..');

/** Processes of this machine whose command line holds `mark`. */
function running(mark: string): number {
  return readdirSync('/proc').filter((pid) => {
    const file = `/proc/${pid}/cmdline`;
    if (!/^\d+$/.test(pid) || !existsSync(file)) return false;
    try {
      return readFileSync(file, 'utf8').includes(mark);
    } catch {
      // It ended between the two looks.
      return false;
    }
  }).length;
}

describe('the lab', () => {
  test('refuses to change a network that is not its own', () => {
    expect(() => assertInside()).toThrow(/network namespace of its own/);
    const run = () =>
      execFileSync(process.execPath, [join(folder, 'inside.ts')], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    expect(run).toThrow(/network namespace of its own/);
  });

  test.skipIf(reason !== undefined)(
    'leaves nothing behind when whoever started it is killed',
    async () => {
      const mark = randomUUID();
      const program = join(folder, 'test', 'lingering.ts');
      const starter = spawn(process.execPath, [program, mark], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(starter.stdout, 'data');
      expect(running(mark)).toBeGreaterThan(2);
      starter.kill('SIGKILL');
      await vi.waitFor(() => expect(running(mark)).toBe(0), { timeout: 20_000 });
    },
  );
});
