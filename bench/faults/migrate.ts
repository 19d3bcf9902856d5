/** A server's way from SQLite to PostgreSQL, killed again and again in the middle of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { wasMoved } from '@polynya/server/migrate/move';
import { Group } from '@polynya/server/test/load';
import { missingPostgres, PostgresCluster } from '@polynya/server/test/postgres-cluster';
import { endProcess, startProcess } from '@polynya/server/test/server-process';
import type { Fault } from './fault.ts';

/** Of a move, from its beginning until it is killed, in ms. */
const LONGEST = 400;

export const migrate: Fault = async ({ rounds, random, folder }) => {
  if (missingPostgres) return 'PostgreSQL is not installed: apt-get install postgresql.';
  const cluster = await PostgresCluster.start({ fsync: true });
  const data = join(folder, 'data');
  const begin = async (): Promise<ChildProcess> => {
    const program = join(import.meta.dirname, 'migrate-child.ts');
    const child = spawn(process.execPath, [program, data, cluster.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    return child;
  };
  try {
    let server = await startProcess(data);
    const group = await Group.on(server);
    for (let round = 0; round < rounds; round++) {
      await group.work(server, () => group.acknowledgements(10 + random() * 90));
      await endProcess(server, 'SIGTERM');
      const moving = await begin();
      const ended = once(moving, 'exit');
      await Promise.race([setTimeout(random() * LONGEST), ended]);
      moving.kill('SIGKILL');
      await ended;
      // One that came through before it was killed is taken back, as a host may who did not start from it.
      if (wasMoved(data)) rmSync(join(data, 'moved-to-postgres'));
      server = await startProcess(data);
    }
    await group.work(server, () => group.acknowledgements(1));
    await endProcess(server, 'SIGTERM');
    const [code] = await once(await begin(), 'exit');
    if (code !== 0) throw new Error(`the move ended with ${code}`);
    server = await startProcess(data, 'FULL', [], cluster.url);
    await group.work(server, () => group.acknowledgements(1));
    const verdict = await group.judge(server);
    await endProcess(server, 'SIGTERM');
    return verdict;
  } finally {
    await cluster.stop();
  }
};
