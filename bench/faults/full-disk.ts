/**
 * A disk that fills up under load: the server's folder is a small file system in a mount namespace of its
 * own. What is refused is asked again; now the server is killed while the disk is full, now it goes on.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { total, type Verdict } from '@polynya/server/test/history';
import { Group } from '@polynya/server/test/load';
import { endProcess, startProcess } from '@polynya/server/test/server-process';
import type { Fault } from './fault.ts';

/** Refusals that are met before there is room again (count). */
const REFUSALS = 8;

export const fullDisk: Fault = async ({ rounds, random, folder }) => {
  if (spawnSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status !== 0) {
    return 'This system gives no mount namespace: run as root, or allow user namespaces.';
  }
  const verdicts: Verdict[] = [];
  for (let round = 0; round < rounds; round++) {
    const disk = join(folder, `disk-${round}`);
    mkdirSync(disk);
    const holder = await mounted(disk, 1_500 + Math.floor(random() * 500));
    try {
      verdicts.push(await filled(holder, disk, round % 2 === 1));
    } finally {
      holder.kill('SIGKILL');
    }
  }
  return total(verdicts);
};

/** A process in whose namespace `disk` is a file system of so many KB, 1 MB of them taken by a file. */
async function mounted(disk: string, kb: number): Promise<ChildProcess> {
  const script = `mount -t tmpfs -o size=${kb}k none '${disk}'
    head -c 1m /dev/zero > '${disk}/filler'; echo ready; exec sleep infinity`;
  const holder = spawn('unshare', ['-Urm', 'sh', '-c', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  return holder;
}

async function filled({ pid }: ChildProcess, disk: string, dies: boolean): Promise<Verdict> {
  const inside = ['nsenter', '-t', String(pid), '-U', '-m', '--preserve-credentials'];
  const start = () => startProcess(join(disk, 'data'), 'FULL', inside);
  const makeRoom = () => rmSync(`/proc/${pid}/root${disk}/filler`);
  let server = await start();
  const group = await Group.on(server);
  const full = async () => {
    const refusals = () => group.refused.filter((code) => code === 'full').length;
    while (refusals() < REFUSALS) await setTimeout(1);
  };
  await group.work(server, full, async () => {
    if (dies) await endProcess(server, 'SIGKILL');
    makeRoom();
  });
  if (dies) server = await start();
  await group.work(server, () => group.acknowledgements(20));
  const verdict = await group.judge(server);
  await endProcess(server, 'SIGTERM');
  return verdict;
}
