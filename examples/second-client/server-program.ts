/** The real server as a program of its own, for the tests: started, killed and started again on one port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const CLI = join(import.meta.dirname, '../../packages/cli/src/main.ts');

/** Runs `polynya serve` and resolves with the first line that it prints and `wanted` matches. */
export async function serve(
  dataDir: string,
  port: number,
  wanted: RegExp,
): Promise<{ child: ChildProcess; line: string }> {
  const args = ['serve', '--port', String(port), '--data', dataDir, '--uses', '100'];
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const line = await new Promise<string>((resolve, reject) => {
    lines.on('line', (text) => wanted.test(text) && resolve(text));
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { child, line };
}

/** Ends it without a word, as a power cut does. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
