/** `polynya invite`: one more invite to the server that runs on this machine. */
import { command, wholeNumber } from '../command.ts';
import { askForInvite } from '../host/control-socket.ts';
import { dataFolder, longestInvite, mostUses, serverOptions } from '../host/settings.ts';
import { qrLines } from '../render/qr.ts';
import { print } from '../terminal.ts';

export const invite = command({
  options: {
    ...serverOptions,
    uses: { type: 'string' },
    days: { type: 'string' },
    shelf: { type: 'string' },
  },
  takes: [0, 0],
  async run({ uses, days, shelf, ...server }, _, terminal) {
    const link = await askForInvite(dataFolder(server, terminal.env), {
      uses: wholeNumber('--uses', uses, 1, [1, mostUses]),
      days: wholeNumber('--days', days, 7, [1, longestInvite]),
      ...(shelf !== undefined && { shelf: wholeNumber('--shelf', shelf, 1, [1, 10_000]) }),
    });
    print(terminal, link);
    if (terminal.output.isTTY) print(terminal, ...qrLines(link));
  },
});
