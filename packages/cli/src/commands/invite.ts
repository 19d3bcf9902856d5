/** `polynya invite`: one more invite to the server that runs on this machine. */
import { command, wholeNumber } from '../command.ts';
import { askServer } from '../host/control-socket.ts';
import { dataFolder, longestInvite, mostUses, serverOptions } from '../host/settings.ts';
import { qrLines } from '../render/qr.ts';
import { print } from '../terminal.ts';

export const invite = command({
  options: {
    ...serverOptions,
    uses: { type: 'string' },
    days: { type: 'string' },
    shelf: { type: 'string' },
    /** A link for somebody who lends their line. */
    lend: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  takes: [0, 0],
  async run({ uses, days, shelf, lend, json, ...server }, _, terminal) {
    const made = {
      uses: wholeNumber('--uses', uses, 1, [1, mostUses]),
      days: wholeNumber('--days', days, 7, [1, longestInvite]),
    };
    const { link: invite } = await askServer(dataFolder(server, terminal.env), {
      ask: 'invite',
      ...made,
      ...(shelf !== undefined && { shelf: wholeNumber('--shelf', shelf, 1, [1, 10_000]) }),
    });
    const link = lend ? invite.replace('#', '#lend.') : invite;
    print(terminal, json ? JSON.stringify({ link, ...made }) : link);
    if (!json && terminal.output.isTTY) print(terminal, ...qrLines(link));
  },
});
