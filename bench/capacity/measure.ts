/** What one message, one delivery, one connection and one stored byte cost here, with the logs in PostgreSQL. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entry } from '@polynya/server/test/ids';
import { PostgresCluster } from '@polynya/server/test/postgres-cluster';
import { connectTo, endProcess, newLogOn, startProcess } from '@polynya/server/test/server-process';
import type { WireClient } from '@polynya/server/test/wire-client';
import { memoryOf } from '../faults/memory.ts';
import type { Costs } from './costs.ts';

/** As long as a sealed text of 100 B. */
const TEXT = 'x'.repeat(239);
/** As many as the server's first invite admits, and fewer. */
const WRITERS = 8;
const WATCHERS = 16;
const TEXTS = 100;
const IDLE = 200;
const TICKS = Number(execFileSync('getconf', ['CLK_TCK']).toString());

export async function measure(): Promise<Costs> {
  const folder = mkdtempSync(join(tmpdir(), 'polynya-capacity-'));
  const cluster = await PostgresCluster.start({ fsync: true });
  try {
    const server = await startProcess(join(folder, 'data'), 'FULL', [], cluster.url);
    const writers = await Promise.all(Array.from({ length: WRITERS }, () => connectTo(server)));
    const made = await Promise.all(writers.map((writer) => newLogOn(writer, server)));
    const database = () => postgresPids(folderOf(cluster.url));
    const say = async () => {
      for (let i = 0; i < TEXTS; i++) {
        const texts = writers.map((one) => one.ask('append', { n: 1, entries: [entry(0, TEXT)] }));
        await Promise.all(texts);
      }
    };
    const spent = async (work: () => Promise<void>) => {
      const before = { server: seconds([server.pid]), database: seconds(database()) };
      await work();
      const after = { server: seconds([server.pid]), database: seconds(database()) };
      return { server: after.server - before.server, database: after.database - before.database };
    };
    await say();
    const [sizeBefore, walBefore] = await sizes(cluster);
    const alone = await spent(say);
    const [sizeAfter, walAfter] = await sizes(cluster);
    const messages = WRITERS * TEXTS;
    const watchers: WireClient[] = [];
    for (const { log, capability } of made) {
      for (let i = 0; i < WATCHERS; i++) {
        const watcher = await connectTo(server);
        await watcher.ask('open', { n: 1, log, secret: capability });
        await watcher.ask('watch', { n: 1 });
        watchers.push(watcher);
      }
    }
    const watched = await spent(say);
    for (const watcher of watchers) watcher.close();
    const memoryBefore = memoryOf(server.pid);
    const idle: WireClient[] = [];
    for (let i = 0; i < IDLE; i++) {
      const one = await connectTo(server);
      const { log, capability } = made[i % made.length] as (typeof made)[number];
      await one.ask('open', { n: 1, log, secret: capability });
      await one.ask('watch', { n: 1 });
      idle.push(one);
    }
    const memoryAfter = memoryOf(server.pid);
    for (const one of [...idle, ...writers]) one.close();
    await endProcess(server, 'SIGTERM');
    return {
      serverPerMessage: alone.server / messages,
      databasePerMessage: alone.database / messages,
      serverPerDelivery: Math.max(0, watched.server - alone.server) / (messages * WATCHERS),
      bytesPerConnection: Math.max(0, memoryAfter - memoryBefore) / IDLE,
      storedPerMessage: (sizeAfter - sizeBefore) / messages,
      walPerMessage: (walAfter - walBefore) / messages,
    };
  } finally {
    await cluster.stop();
    rmSync(folder, { recursive: true });
  }
}

async function sizes(cluster: PostgresCluster): Promise<[number, number]> {
  const [row] = await cluster.query(
    `SELECT pg_database_size(current_database()) AS size,
       pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS wal`,
  );
  return [Number(row?.size), Number(row?.wal)];
}

const folderOf = (url: string): string => decodeURIComponent(/host=([^&]*)/.exec(url)?.[1] ?? '');

/** All processes that have to do with the cluster of this folder. */
function postgresPids(folder: string): number[] {
  const postmaster = readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => pid === postmaster || statOf(pid)?.[3] === postmaster)
    .map(Number);
}

/** Of the processor, user's and system's, of those that are there and of those that they waited for. */
function seconds(pids: readonly number[]): number {
  const ticks = pids.flatMap((pid) => (statOf(String(pid)) ?? []).slice(13, 17).map(Number));
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS;
}

/** The fields of proc_pid_stat(5), whose second has no blanks here; undefined for one that ended. */
function statOf(pid: string): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/\(.*\)/, 'name')
      .split(' ');
  } catch {
    return undefined;
  }
}
