/** Kills a server again and again while clients append and commit, then holds the log against what they were told. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Group } from './test/load.ts';
import { endProcess, startProcess } from './test/server-process.ts';

/** Short and sure; `npm run faults -- kill --rounds 200` takes its time. */
const KILLS = 20;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-kill-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Kills the server of one folder so often, then checks all that its clients were told. */
async function survive(dataDir: string, kills: number): Promise<void> {
  let server = await startProcess(dataDir);
  const group = await Group.on(server);
  let interrupted = 0;
  for (let kill = 0; kill < kills; kill++) {
    const until = async () => {
      await group.acknowledgements(4 + Math.random() * 16);
      await setTimeout(Math.random() * 20);
    };
    await group.work(server, until, async () => {
      interrupted += group.underWay;
      await endProcess(server, 'SIGKILL');
    });
    server = await startProcess(dataDir);
  }
  // What they heard nothing of is asked again.
  await group.work(server, () => group.acknowledgements(1));
  const verdict = await group.judge(server);
  await endProcess(server, 'SIGTERM');
  expect(verdict).toMatchObject({ lost: 0, duplicated: 0, disordered: 0 });
  // The load was one: the kills met requests under way, and between them things were acknowledged.
  expect(interrupted).toBeGreaterThan(kills * 2);
  expect(verdict.acknowledged).toBeGreaterThan(kills * 4);
}

test(`servers killed ${KILLS} times under load have every acknowledged entry once, in order, and recover`, async () => {
  // One for each core of a small machine, for time.
  await Promise.all(['a', 'b'].map((name) => survive(join(folder, name), KILLS / 2)));
}, 300_000);
