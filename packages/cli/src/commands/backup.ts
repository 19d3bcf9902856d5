/** `polynya backup FILE`: backs up the server that runs on this machine, while it goes on. */
import { dirname, join, resolve } from 'node:path';
import { command } from '../command.ts';
import { askServer } from '../host/control-socket.ts';
import { bytesText } from '../host/data-words.ts';
import { dataFolder, serverOptions } from '../host/settings.ts';
import { note, print } from '../terminal.ts';

/** The file of backup keys, unless another is named. */
export const keysBeside = (file: string): string => join(dirname(file), 'backup-keys.json');

export const backup = command({
  options: { ...serverOptions, keys: { type: 'string' }, json: { type: 'boolean' } },
  takes: [1, 1],
  async run({ keys: given, json, ...server }, [path = ''], terminal) {
    const file = resolve(path);
    const keys = resolve(given ?? keysBeside(file));
    const ask = { ask: 'backup', file, keys } as const;
    const report = await askServer(dataFolder(server, terminal.env), ask);
    if (json) {
      print(terminal, JSON.stringify({ file, keys, ...report }));
      return;
    }
    const rows = Object.values(report.rows).reduce((all, one) => all + one, 0);
    print(terminal, `${file}: ${bytesText(report.bytes)}, ${rows} rows.`);
    if (report.forgotten > 0) {
      print(terminal, `Older than messages are kept, and open to nothing: ${report.forgotten}.`);
    }
    note(
      terminal,
      `Keep ${keys} apart from the backups, and only its newest version: without it none opens, and whoever has both has all that the server has.`,
    );
  },
});
