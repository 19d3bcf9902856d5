/** `polynya bridges`: tells a running server of bridges, or of some that are gone, and lists those that stand. */
import { command } from '../command.ts';
import { bridgeLines } from '../host/bridge-settings.ts';
import { askServer } from '../host/control-socket.ts';
import { dataFolder, serverOptions } from '../host/settings.ts';
import { print } from '../terminal.ts';

export const bridges = command({
  options: { ...serverOptions, remove: { type: 'boolean' }, json: { type: 'boolean' } },
  takes: [0, 64],
  async run({ remove, json, ...server }, given, terminal) {
    const lines = bridgeLines(given);
    const wish = remove ? { add: [], remove: lines } : { add: lines, remove: [] };
    const folder = dataFolder(server, terminal.env);
    const { shelves } = await askServer(folder, { ask: 'bridges', ...wish });
    if (json) print(terminal, JSON.stringify({ shelves }));
    else if (shelves.flat().length === 0) print(terminal, 'This server has no bridges.');
    else {
      for (const [index, shelf] of shelves.entries()) {
        print(terminal, `Shelf ${index + 1}:`, ...shelf.map((line) => `  ${line}`));
      }
    }
  },
});
