/** Disks that are slow, or from some moment on refuse to be written to, as a server sees them: by strace. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Group } from '@polynya/server/test/load';
import { endProcess, startProcess } from '@polynya/server/test/server-process';
import type { Fault, FaultOptions } from './fault.ts';

const STRACE = ['strace', '-f', '-qq', '-o', '/dev/null'];
/** The system calls by which SQLite writes (not those of sockets), and by which it waits for the disk. */
const WRITES = 'pwrite64';
const SYNCS = 'fsync,fdatasync';

const missing = (): string | undefined => {
  const runs = spawnSync(STRACE[0] ?? '', [...STRACE.slice(1), 'true']).status === 0;
  return runs ? undefined : 'strace is not installed, or may not trace here.';
};

const injected = (calls: string, what: string): string[] => [
  ...STRACE,
  ...['-e', `trace=${calls}`, '-e', `inject=${calls}:${what}`],
];

const dataIn = ({ folder }: FaultOptions): string => join(folder, 'data');

/** A group whose server has ended for now. */
async function groupOn(data: string): Promise<Group> {
  const server = await startProcess(data);
  const group = await Group.on(server);
  await endProcess(server, 'SIGTERM');
  return group;
}

/** Now each sync takes long, now one of several; now the server is killed in it, now it is asked to stop. */
export const slowDisk: Fault = async (options) => {
  const { rounds, random } = options;
  const why = missing();
  if (why !== undefined) return why;
  const data = dataIn(options);
  const group = await groupOn(data);
  for (let round = 0; round < rounds; round++) {
    const delay = Math.round((5 + random() * 195) * 1_000);
    const when = random() < 0.5 ? '' : `:when=3+${2 + Math.floor(random() * 5)}`;
    const server = await startProcess(data, 'FULL', injected(SYNCS, `delay_enter=${delay}${when}`));
    const until = async () => {
      await group.acknowledgements(3 + random() * 8);
      await setTimeout(random() * 50);
    };
    await group.work(server, until, () =>
      endProcess(server, round % 2 === 0 ? 'SIGKILL' : 'SIGTERM'),
    );
  }
  return judged(group, options);
};

/** From some write on, every one is refused as on a file system that went read-only: the server ends by itself. */
export const readOnlyDisk: Fault = async (options) => {
  const { rounds, random } = options;
  const why = missing();
  if (why !== undefined) return why;
  const data = dataIn(options);
  const group = await groupOn(data);
  for (let round = 0; round < rounds; round++) {
    const from = 60 + Math.floor(random() * 200);
    const server = await startProcess(data, 'FULL', injected(WRITES, `error=EROFS:when=${from}+`));
    const ended = once(server.child, 'exit');
    await group.work(server, async () => {
      await ended;
    });
  }
  return judged(group, options);
};

async function judged(group: Group, options: FaultOptions) {
  const server = await startProcess(dataIn(options));
  await group.work(server, () => group.acknowledgements(1));
  const verdict = await group.judge(server);
  await endProcess(server, 'SIGTERM');
  return verdict;
}
