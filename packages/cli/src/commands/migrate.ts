/** `polynya migrate --from sqlite --to postgres`: moves what a server keeps to PostgreSQL, with the server running or not. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type MoveReport, moveStopped } from '@polynya/server/migrate/move';
import { startFailure } from '@polynya/server/start-error';
import { command } from '../command.ts';
import { Failure } from '../failure.ts';
import { askServer } from '../host/control-socket.ts';
import { table } from '../host/data-words.ts';
import { dataFolder, serverOptions } from '../host/settings.ts';
import { note, print, type Terminal } from '../terminal.ts';

export const migrate = command({
  options: {
    ...serverOptions,
    from: { type: 'string' },
    to: { type: 'string' },
    postgres: { type: 'string' },
    json: { type: 'boolean' },
  },
  takes: [0, 0],
  async run({ from = 'sqlite', to = 'postgres', postgres: given, json, ...server }, _, terminal) {
    if (from !== 'sqlite' || to !== 'postgres') {
      throw new Failure(
        'It moves from sqlite to postgres. The way back is a backup: polynya backup, then restore.',
        2,
      );
    }
    const postgres = given ?? (terminal.env.POLYNYA_POSTGRES || undefined);
    if (!postgres) throw new Failure('Say which database: --postgres URL, an empty one.', 2);
    const dataDir = dataFolder(server, terminal.env);
    const { report, runs } = await moved(dataDir, postgres, terminal);
    if (json) {
      print(terminal, JSON.stringify({ dataDir, ...report }));
      return;
    }
    const rows = Object.entries(report.tables);
    print(terminal, ...table(rows.map(([name, one]) => [name, String(one.rows), one.hash])));
    print(terminal, `Moved in ${report.seconds.toFixed(1)} s; the copy is like the original.`);
    const stop = runs ? 'Stop the server, which takes nothing more, and start it' : 'Start it';
    note(
      terminal,
      `${stop} with --postgres and the same --data. Keep polynya.db until you have seen it run.`,
    );
  },
});

async function moved(
  dataDir: string,
  postgres: string,
  terminal: Terminal,
): Promise<{ report: MoveReport; runs: boolean }> {
  // What a dead server left there does not answer.
  const runs = existsSync(join(dataDir, 'control.sock')) && (await answers(dataDir));
  if (runs) {
    note(terminal, 'The server goes on; until all is moved it is read-only.');
    return { report: await askServer(dataDir, { ask: 'migrate', postgres }), runs };
  }
  try {
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    return { report: await moveStopped({ dataDir, postgres, random }), runs };
  } catch (error) {
    const sentence = startFailure(error);
    throw sentence === undefined ? error : new Failure(sentence, 1, error);
  }
}

async function answers(dataDir: string): Promise<boolean> {
  try {
    await askServer(dataDir, { ask: 'status' });
    return true;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}
