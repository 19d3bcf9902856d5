/** Two pages and a terminal in one home, whose server is gone: in a network namespace, from which nothing leads out. */
import { join } from 'node:path';
import { hasLonelyNetworks, runInLonelyNetwork } from '@polynya/cli/test/lonely-network';
import { expect, it } from 'vitest';
import type { Seen } from './near-scenario.ts';

const SCENARIO = join(import.meta.dirname, 'near-scenario.ts');

it.skipIf(!hasLonelyNetworks('a page without a server'))(
  'pages that open offline talk with a terminal by its code, pasted or before the camera, and with each other through it, each text once',
  async () => {
    const seen = (await runInLonelyNetwork(SCENARIO)) as Seen;
    expect(seen.refused).toBe(true);
    expect(seen.cameras).toBe(0);
    expect(seen.violations).toEqual([]);
    expect(seen.complaints).toEqual([]);
    const said = ['from the terminal', 'from Bo', 'from Vera'].sort();
    expect(seen.offline.bo.toSorted()).toEqual(said);
    expect(seen.offline.vera.toSorted()).toEqual(said);
    expect(seen.heard).toEqual([1, 1]);
    expect(seen.logged.bo.toSorted()).toEqual(['and on a stick', ...said]);
    expect(seen.logged.vera).toEqual(seen.logged.bo);
    expect(seen.carried).toMatch(/^[1-9]\d* messages? for you, new: 1\.$/);
  },
);
