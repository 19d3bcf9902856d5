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

/** What the server's main thread did with the write-ahead log and with its clients' sockets, in order. */
type Step = 'log written' | 'log synced' | 'client told';

async function stepsOf(synchronous: 'FULL' | 'OFF'): Promise<Step[]> {
  const trace = join(folder, 'trace');
  const calls = 'trace=write,writev,sendto,sendmsg,pwrite64,fdatasync,fsync';
  // A file for each thread: in one, a call is torn apart where another thread's comes between.
  const strace = ['strace', '-ff', '-yy', '-s', '0', '-e', calls, '-o', trace];
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
  return readFileSync(`${trace}.${server.pid}`, 'utf8').split('\n').flatMap(stepOf);
}

function stepOf(line: string): Step[] {
  if (/^pwrite64\(\d+<[^>]*-wal>/.test(line)) return ['log written'];
  if (/^f(data)?sync\(\d+<[^>]*-wal>\)\s+= 0/.test(line)) return ['log synced'];
  if (/^(write|writev|sendto|sendmsg)\(\d+<TCP/.test(line)) return ['client told'];
  return [];
}

/** How often a client was told something while the log had writes that were not synced. */
function toldTooEarly(steps: readonly Step[]): number {
  let dirty = false;
  let early = 0;
  for (const step of steps) {
    if (step === 'client told' && dirty) early++;
    else if (step !== 'client told') dirty = step === 'log written';
  }
  return early;
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
});
