/** One core for the server, the other for the load, and what a process costs, read from /proc (Linux). */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const SERVER = '0';
const LOAD = '1';
/** Clock ticks a second, as Linux counts processor time for programs. */
const TICKS = 100;

/** Keeps this process, with all its threads, on the load's core. Throws where there is none to spare. */
export function pinLoad(): void {
  const { status } = spawnSync('taskset', ['-a', '-c', '-p', LOAD, `${process.pid}`]);
  if (availableParallelism() < 2 && status !== 0) {
    throw new Error(
      'The bench needs Linux with taskset and two cores: one for the server, one for the load.',
    );
  }
}

/** What to put before a command so that it runs on the server's core. */
export const onServerCore: readonly string[] = ['taskset', '-c', SERVER];

/** Seconds of processor time, of user and system, that the process has had. */
export function processorTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Bytes of memory that the process holds. */
export function residentBytes(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  return Number(/^Rss:\s+(\d+)/m.exec(rollup)?.[1]) * 1_024;
}
