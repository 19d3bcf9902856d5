/** Starts and ends server processes for tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CarrierFactory } from '@polynya/reach/carriers/carrier';
import { hashOf, id, secret } from './ids.ts';
import { WireClient } from './wire-client.ts';

const COMPILED = join(import.meta.dirname, '..', '..', '..', '..', '.cache', 'node');

export interface ServerProcess {
  readonly child: ChildProcess;
  /** Of the server itself, where `child` is what it runs under. */
  readonly pid: number;
  readonly endpoint: string;
  readonly identity: Uint8Array;
  readonly invite: Uint8Array;
  /** What clients reach it by, unless it is a WebSocket. */
  readonly carrier?: CarrierFactory;
}

const bytes = (hex: unknown) => new Uint8Array(Buffer.from(String(hex), 'hex'));

/** `under`: a program and its arguments that run the server, such as strace. `postgres`: the URL of its database, of `several` processes perhaps. */
export async function startProcess(
  dataDir: string,
  synchronous: 'FULL' | 'OFF' = 'FULL',
  under: readonly string[] = [],
  postgres?: string,
  several = false,
): Promise<ServerProcess> {
  const script = join(import.meta.dirname, 'server-child.ts');
  const [program = '', ...args] = [...under, process.execPath, script, dataDir, synchronous];
  if (postgres !== undefined) args.push(postgres);
  if (several) args.push('several');
  // Half of what a start costs, where a test starts the same server again and again.
  const env = { ...process.env, NODE_COMPILE_CACHE: COMPILED };
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => String(text)),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the server ended: ${code}`))),
  ]);
  const { pid, endpoint, identity, invite } = JSON.parse(line);
  return { child, pid, endpoint, identity: bytes(identity), invite: bytes(invite) };
}

export async function endProcess(
  { child, pid }: ServerProcess,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(pid, signal);
  await ended;
}

/** Admits itself to the server and makes a group's log, whose capability of epoch 0 it knows. */
export async function newLogOn(client: WireClient, { invite }: Pick<ServerProcess, 'invite'>) {
  const [log, capability, allowance] = [id(), secret(), secret()];
  await client.ask('admit', { invite, allowance });
  await client.ask('create', { log, kind: 0, hash: hashOf(capability), allowance });
  await client.ask('open', { n: 1, log, secret: capability });
  return { log, capability, allowance };
}

export const connectTo = ({ endpoint, identity, carrier }: ServerProcess) =>
  WireClient.connect(endpoint, identity, carrier);
