/** Talking in one network without a server: in a network namespace, from which nothing leads out. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasLonelyNetworks, runInLonelyNetwork } from './test/lonely-network.ts';

const SCENARIO = join(import.meta.dirname, 'test', 'near-scenario.ts');

test.skipIf(!hasLonelyNetworks('talking without a server'))(
  'two in one network go on without their server, and all is in one order when it is back',
  async () => {
    const { ann, bo, codes } = (await runInLonelyNetwork(SCENARIO)) as {
      ann: string[];
      bo: string[];
      codes: number[];
    };
    expect(codes).toEqual([0, 0]);
    expect([...ann].sort()).toEqual(
      ['Ann: is anybody there?', 'Ann: so am I', 'Bo: I am', 'Bo: online again'].sort(),
    );
    expect(bo).toEqual(ann);
  },
  180_000,
);
