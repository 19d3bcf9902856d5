/** Shows by the server's system calls that an acknowledgement means fsync. A kill cannot: the kernel keeps what was written. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entry } from './test/ids.ts';
import { connectTo, endProcess, newLogOn, startProcess } from './test/server-process.ts';

const APPENDS = 20;
const traced = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;
const title = traced ? '' : ' (skipped: strace is not installed or may not trace here)';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-strace-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What the server's threads did with the write-ahead log and with its clients' sockets, in order. */
type Step = 'log written' | 'sync began' | 'log synced' | 'client told';

async function stepsOf(synchronous: 'FULL' | 'OFF'): Promise<Step[]> {
  const trace = join(folder, 'trace');
  const calls = 'trace=write,writev,sendto,sendmsg,pwrite64,fdatasync,fsync';
  const strace = ['strace', '-f', '-yy', '-s', '0', '-e', calls, '-o', trace];
  const server = await startProcess(join(folder, 'data'), synchronous, strace);
  const client = await connectTo(server);
  await newLogOn(client, server);
  for (let i = 1; i <= APPENDS; i++) {
    expect(await client.ask('append', { n: 1, entries: [entry()] })).toEqual({ seqs: [i] });
  }
  // Nothing is asked any more: what is still written now was acknowledged before.
  await setTimeout(200);
  await endProcess(server, 'SIGKILL');
  client.close();
  return stepsIn(readFileSync(trace, 'utf8'));
}

/** A call during which another thread makes one has a line where it begins and one where it ends. */
function stepsIn(trace: string): Step[] {
  const syncing = new Set<string>();
  return trace.split('\n').flatMap((line): Step[] => {
    const [, thread = '', call = ''] = /^(\d+) +(.*)/.exec(line) ?? [];
    if (/^pwrite64\(\d+<[^>]*-wal>/.test(call)) return ['log written'];
    if (/^f(data)?sync\(\d+<[^>]*-wal>\)\s+= 0/.test(call)) return ['sync began', 'log synced'];
    if (/^f(data)?sync\(\d+<[^>]*-wal>/.test(call)) {
      syncing.add(thread);
      return ['sync began'];
    }
    if (/^<\.\.\. f(data)?sync resumed>\)\s+= 0/.test(call)) {
      return syncing.delete(thread) ? ['log synced'] : [];
    }
    if (/^(write|writev|sendto|sendmsg)\(\d+<TCP/.test(call)) return ['client told'];
    return [];
  });
}

/** How often a client was told something while the log had writes that were not there yet when a sync began which ended. */
function toldTooEarly(steps: readonly Step[]): number {
  let [written, synced, early] = [0, 0, 0];
  const began: number[] = [];
  for (const step of steps) {
    if (step === 'log written') written++;
    else if (step === 'sync began') began.push(written);
    // Of several that are under way, the one that began first.
    else if (step === 'log synced') synced = Math.max(synced, began.shift() ?? 0);
    else if (written > synced) early++;
  }
  return early;
}

/** How often the log was begun anew, and how often of these the database had writes that were not synced. */
function begunAnew(trace: string): { times: number; early: number } {
  let [times, early, written, synced] = [0, 0, 0, 0];
  const began = new Map<string, number>();
  for (const line of trace.split('\n')) {
    const [, thread = '', call = ''] = /^(\d+) +(.*)/.exec(line) ?? [];
    // Where two threads are in a call at once, what it did is in the line where it begins.
    if (/^pwrite64\(\d+<[^>]*\.db>/.test(call)) written++;
    if (/^f(data)?sync\(\d+<[^>]*\.db>/.test(call)) began.set(thread, written);
    if (/(^f(data)?sync\(.*\)|^<\.\.\. f(data)?sync resumed>\))\s+= 0/.test(call)) {
      synced = Math.max(synced, began.get(thread) ?? 0);
      began.delete(thread);
    }
    if (/^pwrite64\(\d+<[^>]*-wal>, ""\.\.\., 32, 0/.test(call)) {
      times++;
      if (written > synced) early++;
    }
  }
  return { times, early };
}

describe.skipIf(!traced)(`an acknowledgement${title}`, () => {
  test('is not written to the client before the write-ahead log was synced', async () => {
    const steps = await stepsOf('FULL');
    expect(steps.filter((step) => step === 'log synced').length).toBeGreaterThanOrEqual(APPENDS);
    expect(steps.filter((step) => step === 'client told').length).toBeGreaterThanOrEqual(APPENDS);
    expect(toldTooEarly(steps)).toBe(0);
  });

  test('is seen to come too early when the database does not sync', async () => {
    expect(toldTooEarly(await stepsOf('OFF'))).toBeGreaterThanOrEqual(APPENDS);
  });

  test('is forgotten by the write-ahead log only when the database has it on the disk', async () => {
    const trace = join(folder, 'trace');
    const strace = ['strace', '-f', '-yy', '-s', '0', '-e', 'trace=pwrite64,fdatasync,fsync'];
    const server = await startProcess(join(folder, 'data'), 'FULL', [...strace, '-o', trace]);
    const client = await connectTo(server);
    await newLogOn(client, server);
    const large = 'x'.repeat(60_000);
    const append = async (): Promise<void> => {
      for (let i = 0; i < 200; i++)
        await client.ask('append', { n: 1, entries: [entry(0, large)] });
    };
    // Together some times what the log has before it is moved.
    await Promise.all(Array.from({ length: 4 }, append));
    await endProcess(server, 'SIGKILL');
    client.close();
    const { times, early } = begunAnew(readFileSync(trace, 'utf8'));
    expect(times).toBeGreaterThan(3);
    expect(early).toBe(0);
  }, 60_000);
});
