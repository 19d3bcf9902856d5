/** `polynya knows`: every kind of datum that the server stores, as its database itself says. */

import type { TableCensus } from '@polynya/server/engine/engine-survey';
import { DATA_FILES, DATA_KINDS, IN_MEMORY, OWN_TABLES } from '@polynya/server/host/data-kinds';
import { command } from '../command.ts';
import { askServer } from '../host/control-socket.ts';
import { hourText, table } from '../host/data-words.ts';
import { dataFolder, serverOptions } from '../host/settings.ts';
import { print } from '../terminal.ts';

const UNKNOWN = 'not described: made by something else than this program';

export const knows = command({
  options: { ...serverOptions, json: { type: 'boolean' } },
  takes: [0, 0],
  async run({ json, ...server }, _, terminal) {
    const found = (await askServer(dataFolder(server, terminal.env), { ask: 'knows' })).map(
      described,
    );
    if (json) {
      print(
        terminal,
        JSON.stringify({
          ...{ tables: found, files: DATA_FILES, inMemoryOnly: IN_MEMORY },
          ownTables: OWN_TABLES,
        }),
      );
      return;
    }
    for (const { table: name, what, rows, oldest, columns } of found) {
      const since = oldest === null ? '' : `, the oldest of ${oldest} UTC`;
      print(terminal, `${name}: ${rows}${since}`, `  ${what}`);
      print(terminal, ...table(Object.entries(columns).map(([column, is]) => ['   ', column, is])));
      print(terminal, '');
    }
    print(terminal, 'Of the server itself, with several processes on PostgreSQL:');
    print(terminal, ...table(Object.entries(OWN_TABLES).map((own) => [' ', ...own])), '');
    print(terminal, 'Files beside the database:');
    print(terminal, ...table(Object.entries(DATA_FILES).map((file) => [' ', ...file])));
    print(terminal, '', 'In memory only, never written:', ...IN_MEMORY.map((one) => `  ${one}`));
  },
});

function described({ table: name, columns, rows, oldest }: TableCensus) {
  const kind = DATA_KINDS[name];
  return {
    table: name,
    what: kind?.what ?? UNKNOWN,
    rows,
    oldest: oldest === null ? null : hourText(oldest),
    columns: Object.fromEntries(
      columns.map((column) => [column, kind?.columns[column] ?? UNKNOWN]),
    ),
  };
}
