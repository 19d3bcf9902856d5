/** A short form of the board, as `npm run lab` prints it: the block bites, Polynya gets through, and without it both messengers talk. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Row } from './board/row.ts';
import { whyNot } from './network/enter.ts';

const reason = whyNot();
if (reason !== undefined) console.warn(`The short board is not run here. ${reason}`);

const run = promisify(execFile);
const main = join(import.meta.dirname, 'main.ts');

describe.skipIf(reason !== undefined)('the short board', () => {
  test('shows that a removed name and a blocked address stop the naive client, and neither it without them nor Polynya', async () => {
    const wanted = ['dns-removal/installed', 'address-block/dropped'];
    const { stdout } = await run(process.execPath, [main, ...wanted, '--json']);
    const rows = JSON.parse(stdout) as Row[];
    const seen = rows.map(({ scenario, side, expectNaive, passed, diagnosis }) => ({
      ...{ scenario, side, expectNaive, passed },
      ...(side === 'polynya' ? { diagnosis } : {}),
    }));
    const bites = { expectNaive: 'fail' };
    expect(seen).toEqual([
      { scenario: 'dns-removal', side: 'open', ...bites, passed: true },
      { scenario: 'dns-removal', side: 'naive', ...bites, passed: false },
      {
        ...{ scenario: 'dns-removal', side: 'polynya', ...bites, passed: true },
        diagnosis: 'dns-removed',
      },
      { scenario: 'address-block', side: 'open', ...bites, passed: true },
      { scenario: 'address-block', side: 'naive', ...bites, passed: false },
      {
        ...{ scenario: 'address-block', side: 'polynya', ...bites, passed: true },
        diagnosis: 'address-blocked',
      },
    ]);
    const [open] = rows;
    expect(open?.bytes).toBeGreaterThan(0);
    expect([open?.carrier, open?.host]).toEqual(['wss by name', 'chat.example']);
  }, 180_000);
});
