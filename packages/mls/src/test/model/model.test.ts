/**
 * Random lives of groups, each told by its seed. POLYNYA_RUNS=10 adds one of 50 devices and 1,000 steps; POLYNYA_SEED
 * repeats one.
 */

import { nodePrimitives } from '@polynya/crypto/node-primitives';
import { describe, expect, test } from 'vitest';
import { loadSuite } from '../../crypto/load-suite.ts';
import { environmentOf } from '../peers/own.ts';
import { RUNS } from '../runs.ts';
import { World } from './world.ts';

const X25519 = 1;
const X_WING = 0xf001;

const first = Number(process.env.POLYNYA_SEED ?? 1);
const short = Array.from({ length: 3 * RUNS }, (_, at) => first + at);

async function live(
  suiteId: number,
  seed: number,
  [devices, largest]: readonly [number, number],
  steps: number,
): Promise<World> {
  const env = environmentOf(await loadSuite(suiteId, nodePrimitives));
  const world = await World.begin(seed, env, devices, largest);
  for (let step = 0; step < steps; step++) {
    try {
      await world.step();
    } catch (cause) {
      throw new Error(`seed ${seed}, step ${step}`, { cause });
    }
  }
  await world.settle();
  return world;
}

describe('all members agree in every epoch, whoever is removed reads no more, and nobody is stuck', () => {
  test.each(short)('seed %i, up to 8 devices, 150 steps', { timeout: 120_000 }, async (seed) => {
    const { tally } = await live(seed % 3 === 0 ? X_WING : X25519, seed, [1, 8], 150);
    expect(tally).toMatchObject({ message: expect.any(Number), commit: expect.any(Number) });
  });

  test.runIf(RUNS >= 10)('up to 50 devices, 1,000 steps', { timeout: 1_800_000 }, async () => {
    const { tally } = await live(X25519, first, [40, 50], 1_000);
    expect(tally['race lost']).toBeGreaterThan(0);
    expect(tally.removed).toBeGreaterThan(0);
  });
});
