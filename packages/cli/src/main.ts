/** The program `polynya COMMAND ...`: runs the command line, and ends with its exit code. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { offerCommonCiphers } from './client/tls-hello.ts';
import { systemCode } from './failure.ts';
import { root } from './root.ts';
import { run } from './run.ts';

async function main(): Promise<void> {
  const end = new AbortController();
  const stop = () => {
    // A second Ctrl-C is not asked to wait.
    if (end.signal.aborted) process.exit(130);
    end.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  // Whoever reads our output may stop doing so: `polynya read | head` ends then, a server goes on.
  process.stdout.on('error', (error) => {
    if (systemCode(error) !== 'EPIPE') throw error;
    if (!['serve', 'bridge'].includes(process.argv[2] ?? '')) process.exit(0);
  });
  offerCommonCiphers();
  const { stdin: input, stdout: output, stderr: notes, env } = process;
  process.exitCode = await run(process.argv.slice(2), {
    input,
    output,
    notes,
    env,
    ended: end.signal,
  });
  // A pipe that was read from would keep this process alive until its other end closes, and a name that is still
  // looked up, for nobody any more, until the resolver's patience ends: getaddrinfo(3) cannot be called off.
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((written) => stream.write('', () => written()));
  }
  process.exit();
}

// Twice as fast from the second time on. In the project: whoever writes there is trusted anyway.
enableCompileCache(join(root, '.cache', 'node'));
void main();
