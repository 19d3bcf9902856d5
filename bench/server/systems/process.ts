/** Starts a server program on its core, waits until it answers, and ends it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Dialect } from '../dialects/dialect.ts';
import { onServerCore } from './cores.ts';
import type { Running } from './system.ts';

/** ms between two looks whether a server answers. */
const GLANCE = 4;
/** ms that a server may take to start, and to end by itself. */
const PATIENCE = 60_000;
const GRACE = 10_000;

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

export interface Launched {
  readonly child: ChildProcess;
  /** Of `performance.now`. */
  readonly at: number;
}

/** Starts `command`, whose output goes to `output.log` in `folder`, where it runs. */
export function launch(
  command: readonly string[],
  folder: string,
  env: NodeJS.ProcessEnv = {},
  stdout: 'pipe' | 'log' = 'log',
): Launched {
  const log = openSync(join(folder, 'output.log'), 'a');
  const [program = '', ...args] = [...onServerCore, ...command];
  const at = performance.now();
  const stdio = ['ignore', stdout === 'pipe' ? 'pipe' : log, log] as const;
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: [...stdio],
  });
  closeSync(log);
  // A bench that is interrupted leaves no server behind.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return { child, at };
}

/** Resolves when the system answers in its own protocol. */
export async function running(launched: Launched, dialect: () => Dialect): Promise<Running> {
  const { child, at } = launched;
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${child.spawnfile}`);
  const stop = () => end(child);
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const one = dialect();
    try {
      await one.greet();
      return { pid, readyMs: performance.now() - at, dialect, stop };
    } catch (error) {
      if (child.exitCode !== null || performance.now() > deadline) {
        await stop();
        throw new Error(`${child.spawnargs.join(' ')} did not answer`, { cause: error });
      }
    } finally {
      one.close();
    }
    await setTimeout(GLANCE);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const killer = globalThis.setTimeout(() => child.kill('SIGKILL'), GRACE);
  await ended;
  clearTimeout(killer);
}
