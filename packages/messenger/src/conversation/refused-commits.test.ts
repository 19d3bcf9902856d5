import { ProtocolError } from '@polynya/protocol/protocol-error';
import { VirtualTime } from '@polynya/reach/test/virtual-time';
import { expect, test } from 'vitest';
import { Committer } from './committer.ts';
import type { Core } from './core.ts';
import { Errands } from './errands.ts';

/** A Core with a pending Commit, over a log that answers `stale` and shows nothing newer. */
function refusing(clock: VirtualTime) {
  let asked = 0;
  const pending = { id: new Uint8Array(16), epoch: 3, body: new Uint8Array(1), closes: false };
  const held = { group: { epoch: 3 }, staged: null, state: { phase: 'active', pending } };
  const core = {
    held,
    world: { clock, random: (length: number) => new Uint8Array(length) },
    save: async () => undefined,
    log: {
      commit: async () => {
        asked++;
        throw new ProtocolError('stale');
      },
    },
  };
  return { core: core as unknown as Core, asked: () => asked };
}

test('a Commit that is refused although no other came is made again ever more rarely', async () => {
  const clock = new VirtualTime();
  const { core } = refusing(clock);
  const committer = new Committer(core);
  const waits: (true | number)[] = [];
  for (let i = 0; i < 9; i++) {
    expect(await committer.send()).toBeInstanceOf(ProtocolError);
    waits.push(await committer.stage().catch(() => 0));
  }
  expect(waits.slice(1)).toEqual([2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1_000));
});

test('a delivery that fails for now is tried again ever more rarely, and at once when the line is back', async () => {
  const clock = new VirtualTime();
  let tried = 0;
  const errands: Errands = new Errands({ clock, log: () => undefined }, () => undefined);
  const failing = async () => async () => {
    tried++;
    throw new ProtocolError('busy');
  };
  const waits: (true | number)[] = [];
  for (let i = 0; i < 8; i++) {
    errands.hurry();
    await errands.step(failing);
    await new Promise((resolve) => setImmediate(resolve));
    waits.push(await errands.step(failing));
  }
  expect(tried).toBe(8);
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1_000));
});
