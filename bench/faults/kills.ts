/** SIGKILL of the server under load: alone, with a write-ahead log that is torn, and on PostgreSQL. */
import { appendFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Verdict } from '@polynya/server/test/history';
import { Group } from '@polynya/server/test/load';
import { missingPostgres, PostgresCluster } from '@polynya/server/test/postgres-cluster';
import { endProcess, type ServerProcess, startProcess } from '@polynya/server/test/server-process';
import type { Fault, FaultOptions } from './fault.ts';

/** Garbage behind the cut, as of a sector that was half written. In bytes. */
const GARBAGE = 8_192;

interface Strike {
  start(): Promise<ServerProcess>;
  /** At each acknowledgement, and at each push. */
  told?(): void;
  /** Ends the server, or what it stands on. */
  strike(server: ServerProcess, round: number): Promise<void>;
  /** When the server has ended and nobody hears from it any more. */
  after?(): void;
}

async function struck({ rounds, random }: FaultOptions, by: Strike): Promise<Verdict> {
  let server = await by.start();
  const group = await Group.on(server);
  group.onTold = () => by.told?.();
  for (let round = 0; round < rounds; round++) {
    const until = async () => {
      await group.acknowledgements(4 + random() * 16);
      await setTimeout(random() * 20);
    };
    await group.work(server, until, () => by.strike(server, round));
    by.after?.();
    server = await by.start();
  }
  // What members heard nothing of they ask again.
  await group.work(server, () => group.acknowledgements(1));
  const verdict = await group.judge(server);
  await endProcess(server, 'SIGTERM');
  return verdict;
}

export const killed: Fault = (options) =>
  struck(options, {
    start: () => startProcess(join(options.folder, 'data')),
    strike: (server) => endProcess(server, 'SIGKILL'),
  });

/** Asked to stop, it answers what is under way first: whoever asked again would be none the worse, but need not. */
export const drained: Fault = (options) =>
  struck(options, {
    start: () => startProcess(join(options.folder, 'data')),
    strike: (server) => endProcess(server, 'SIGTERM'),
  });

/**
 * As if the power went: of what stands in the write-ahead log behind the last acknowledgement or push, any part may
 * not have reached the disk. What is before it was there when somebody was told so.
 */
export const tornWal: Fault = (options) => {
  const { folder, random } = options;
  const wal = join(folder, 'data', 'polynya.db-wal');
  let durable = 0;
  const size = () => statSync(wal).size;
  return struck(options, {
    start: () => startProcess(join(folder, 'data')),
    told: () => {
      durable = size();
    },
    strike: (server) => endProcess(server, 'SIGKILL'),
    after: () => {
      const least = Math.min(durable, size());
      truncateSync(wal, least + Math.floor(random() * (size() - least + 1)));
      const garbage = Array.from({ length: Math.floor(random() * GARBAGE) }, () => random() * 256);
      appendFileSync(wal, Buffer.from(garbage));
    },
  });
};

/** Now the server process is killed, now PostgreSQL with all its own. */
export const onPostgres: Fault = async (options) => {
  if (missingPostgres) return 'PostgreSQL is not installed: apt-get install postgresql.';
  const cluster = await PostgresCluster.start({ fsync: true });
  try {
    return await struck(options, {
      start: () => startProcess(join(options.folder, 'data'), 'FULL', [], cluster.url),
      strike: async (server, round) => {
        if (round % 2 === 1) {
          await cluster.kill();
          await cluster.begin();
        }
        await endProcess(server, 'SIGKILL');
      },
    });
  } finally {
    await cluster.stop();
  }
};
