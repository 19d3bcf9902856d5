/** `polynya prune`: deletes now what is too old, instead of at the next full hour. */
import { command, wholeNumber } from '../command.ts';
import { askServer } from '../host/control-socket.ts';
import { bytesText } from '../host/data-words.ts';
import { dataFolder, serverOptions } from '../host/settings.ts';
import { print } from '../terminal.ts';

export const prune = command({
  options: { ...serverOptions, days: { type: 'string' }, json: { type: 'boolean' } },
  takes: [0, 0],
  async run({ days, json, ...server }, _, terminal) {
    const found = await askServer(dataFolder(server, terminal.env), {
      ask: 'prune',
      ...(days !== undefined && { days: wholeNumber('--days', days, 1, [1, 36_500]) }),
    });
    const { storedBefore, storedAfter, seconds } = found;
    const said = `Stored before: ${bytesText(storedBefore)}; now: ${bytesText(storedAfter)} (${seconds.toFixed(1)} s).`;
    print(terminal, json ? JSON.stringify(found) : said);
  },
});
