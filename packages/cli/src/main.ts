/** `polynya COMMAND ...`: finds the command, runs it, and ends with its sentence and exit code. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { offerCommonCiphers } from './client/tls-hello.ts';
import { commands, helpText } from './commands.ts';
import { Failure, systemCode } from './failure.ts';
import { note, print, type Terminal } from './terminal.ts';
import { version } from './version.ts';

/** Runs one command line. Answers the exit code; bugs are thrown. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name = 'help', ...rest] = args;
  if (['help', '--help', '-h'].includes(name) || rest.includes('--help')) {
    print(terminal, helpText());
    return 0;
  }
  if (name === '--version') {
    print(terminal, version());
    return 0;
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!entry) {
    note(terminal, `There is no command "${name}": see polynya help`);
    return 2;
  }
  try {
    const command = await entry.load();
    await command.run(rest, entry.usage, terminal);
    return 0;
  } catch (error) {
    if (terminal.ended.aborted && error === terminal.ended.reason) return 130;
    if (!(error instanceof Failure)) throw error;
    note(terminal, error.message);
    return error.exitCode;
  }
}

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

if (import.meta.main) {
  // Twice as fast from the second time on. In the project: whoever writes there is trusted anyway.
  enableCompileCache(join(import.meta.dirname, '..', '..', '..', '.cache', 'node'));
  await main();
}
