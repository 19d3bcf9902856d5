/** `polynya restore FILE`: makes a data folder, or a PostgreSQL database, out of a backup. */
import { resolve } from 'node:path';
import { restoreBackup } from '@polynya/server/backup/restore';
import { startFailure } from '@polynya/server/start-error';
import { command } from '../command.ts';
import { Failure } from '../failure.ts';
import { dataFolder, serverOptions } from '../host/settings.ts';
import { print } from '../terminal.ts';
import { keysBeside } from './backup.ts';

export const restore = command({
  options: {
    ...serverOptions,
    keys: { type: 'string' },
    postgres: { type: 'string' },
    json: { type: 'boolean' },
  },
  takes: [1, 1],
  async run({ keys, postgres: given, json, ...server }, [path = ''], terminal) {
    const file = resolve(path);
    const dataDir = dataFolder(server, terminal.env);
    const postgres = given ?? (terminal.env.POLYNYA_POSTGRES || undefined);
    const keysFile = resolve(keys ?? keysBeside(file));
    try {
      const report = await restoreBackup({
        ...{ file, keysFile, dataDir },
        ...(postgres !== undefined && { postgres }),
        random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      });
      const rows = Object.values(report.rows).reduce((all, one) => all + one, 0);
      const said = `Restored ${rows} rows and the keys of ${report.days} days: polynya serve --data ${dataDir}`;
      print(terminal, json ? JSON.stringify({ dataDir, ...report }) : said);
    } catch (error) {
      const sentence = startFailure(error);
      throw sentence === undefined ? error : new Failure(sentence, 1, error);
    }
  },
});
