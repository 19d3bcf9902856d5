/** PostgreSQL on a disk that fills up under load, until it refuses or stops; then there is room again. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { total, type Verdict } from '@polynya/server/test/history';
import { Group } from '@polynya/server/test/load';
import { findPostgres } from '@polynya/server/test/postgres-cluster';
import { endProcess, startProcess } from '@polynya/server/test/server-process';
import pg from 'pg';
import type { Fault, FaultOptions } from './fault.ts';

const NOBODY = 65_534;
const PORT = 6_100;
/** Room for a new cluster, its log files, and what members write. In MB. */
const DISK = 160;
/** Refusals that show that the disk is full, of whatever kind. */
const REFUSALS = 20;

export const postgresDisk: Fault = async (options) => {
  const bin = findPostgres();
  if (!bin) return 'PostgreSQL is not installed: apt-get install postgresql.';
  if (process.getuid?.() !== 0) return 'It mounts a small disk: run it as root.';
  // Another user's database is below it.
  chmodSync(options.folder, 0o755);
  const verdicts: Verdict[] = [];
  for (let round = 0; round < options.rounds; round++) {
    verdicts.push(await filled(bin, options, round));
  }
  return total(verdicts);
};

async function filled(bin: string, { folder }: FaultOptions, round: number): Promise<Verdict> {
  const place = join(folder, `round-${round}`);
  const [disk, sockets] = [join(place, 'disk'), join(place, 'sockets')];
  for (const made of [disk, sockets]) mkdirSync(made, { recursive: true });
  chownSync(sockets, NOBODY, NOBODY);
  const script = `mount -t tmpfs -o size=${DISK}m,uid=${NOBODY},gid=${NOBODY} none '${disk}'
    echo ready; exec sleep infinity`;
  const holder = spawn('unshare', ['--mount', 'sh', '-c', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  const enter = ['-t', String(holder.pid), '--mount', 'setpriv', `--reuid=${NOBODY}`];
  const as = [...enter, `--regid=${NOBODY}`, '--clear-groups'];
  const data = join(disk, 'data');
  const filler = `/proc/${holder.pid}/root${disk}/filler`;
  const initdb = ['initdb', '--auth=trust', '--username=polynya', '--encoding=UTF8', '--no-sync'];
  const [program = '', ...args] = initdb;
  const cwd = { cwd: sockets, stdio: 'ignore' } as const;
  execFileSync('nsenter', [...as, join(bin, program), ...args, '-D', data], cwd);
  const settings = [
    ...[`unix_socket_directories=${sockets}`, 'listen_addresses=', `port=${PORT}`],
    ...['max_wal_size=32MB', 'min_wal_size=32MB', 'shared_buffers=16MB', 'max_connections=40'],
  ].flatMap((one) => ['-c', one]);
  const url = `postgres://polynya@/postgres?host=${encodeURIComponent(sockets)}&port=${PORT}`;
  const begin = async () => {
    const database = spawn('nsenter', [...as, join(bin, 'postgres'), '-D', data, ...settings], cwd);
    while (!(await answers(url))) await setTimeout(50);
    return database;
  };
  let database = await begin();
  const server = await startProcess(join(place, 'data'), 'FULL', [], url);
  const group = await Group.on(server);
  await group.work(
    server,
    async () => {
      await group.acknowledgements(8);
      // All that is left is somebody else's from now on.
      spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k'], { stdio: 'ignore' });
      while (group.refused.length < REFUSALS) await setTimeout(1);
    },
    async () => {
      rmSync(filler);
      // Where its own log found no room it stopped, and is started again as the host would.
      if (!(await answers(url))) {
        await setTimeout(1_000);
        if (!existsSync(`/proc/${holder.pid}/root${data}/postmaster.pid`)) database = await begin();
      }
    },
  );
  await group.work(server, () => group.acknowledgements(20));
  const verdict = await group.judge(server);
  await endProcess(server, 'SIGTERM');
  const ended = once(database, 'exit');
  database.kill('SIGINT');
  await ended;
  holder.kill('SIGKILL');
  return verdict;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
