/** One command line: finds its command, runs it, and says how it ended. */
import { commands, helpText } from './commands.ts';
import { Failure } from './failure.ts';
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
