/** `polynya invite`: one more invite to the server that runs on this machine. */
import { command, wholeNumber } from '../command.ts';
import { askServer } from '../host/control-socket.ts';
import { dataFolder, longestInvite, mostUses, serverOptions } from '../host/settings.ts';
import { showLinks } from '../render/links.ts';
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
    const invite = await askServer(dataFolder(server, terminal.env), {
      ask: 'invite',
      ...made,
      ...(shelf !== undefined && { shelf: wholeNumber('--shelf', shelf, 1, [1, 10_000]) }),
    });
    const asMeant = (link: string) => (lend ? link.replace('#', '#lend.') : link);
    const link = asMeant(invite.link);
    const through = invite.through === null ? null : asMeant(invite.through);
    if (json) print(terminal, JSON.stringify({ link, through, ...made }));
    else showLinks(terminal, link, through);
  },
});
