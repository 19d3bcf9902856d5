/** Several server processes on one PostgreSQL behind a load balancer, of which one is killed in each round. */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { postCarrier } from '@polynya/reach/carriers/post/client';
import { startBalancer } from '@polynya/server/test/balancer';
import { Group } from '@polynya/server/test/load';
import { missingPostgres, PostgresCluster } from '@polynya/server/test/postgres-cluster';
import { endProcess, type ServerProcess, startProcess } from '@polynya/server/test/server-process';
import type { Fault } from './fault.ts';

const PROCESSES = 3;

/** Members come by WebSockets in one round, and in the next by POSTs, each of which lands anywhere. */
export const processes: Fault = async ({ rounds, random, folder }) => {
  if (missingPostgres) return 'PostgreSQL is not installed: apt-get install postgresql.';
  const cluster = await PostgresCluster.start({ fsync: true });
  const start = () => startProcess(join(folder, 'data'), 'FULL', [], cluster.url, true);
  const servers = await Promise.all(Array.from({ length: PROCESSES }, start));
  const portOf = ({ endpoint }: ServerProcess) => Number(new URL(endpoint).port);
  const balancer = await startBalancer(servers.map(portOf));
  const all = (post: boolean): ServerProcess => ({
    ...(servers[0] as ServerProcess),
    endpoint: balancer.endpoint,
    ...(post && { carrier: postCarrier }),
  });
  try {
    const group = await Group.on(servers[0] as ServerProcess);
    for (let round = 0; round < rounds; round++) {
      const post = round % 2 === 1;
      const until = async () => {
        await group.acknowledgements(4 + random() * 16);
        await setTimeout(random() * 20);
      };
      await group.work(all(post), until, async () => {
        const [struck] = servers.splice(Math.floor(random() * servers.length), 1);
        balancer.set(servers.map(portOf));
        if (struck) await endProcess(struck, random() < 0.8 ? 'SIGKILL' : 'SIGTERM');
      });
      servers.push(await start());
      balancer.set(servers.map(portOf));
    }
    // What members heard nothing of they ask again.
    await group.work(all(false), () => group.acknowledgements(1));
    return await group.judge(servers[0] as ServerProcess);
  } finally {
    await balancer.close();
    for (const server of servers) await endProcess(server, 'SIGTERM');
    await cluster.stop();
  }
};
