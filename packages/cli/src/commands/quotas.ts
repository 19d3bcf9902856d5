/** `polynya quotas`: which invites of the host still admit, and what is left of what was given out. */
import { command } from '../command.ts';
import { askServer } from '../host/control-socket.ts';
import { bytesText, minuteText, table } from '../host/data-words.ts';
import type { QuotasJson } from '../host/host-requests.ts';
import { dataFolder, serverOptions } from '../host/settings.ts';
import { print } from '../terminal.ts';

export const quotas = command({
  options: { ...serverOptions, json: { type: 'boolean' } },
  takes: [0, 0],
  async run({ json, ...server }, _, terminal) {
    const found = await askServer(dataFolder(server, terminal.env), { ask: 'quotas' });
    print(terminal, ...(json ? [JSON.stringify(found)] : lines(found)));
  },
});

function lines({ invites, granted, allowances }: QuotasJson): string[] {
  const rows = invites.map(({ id, uses, until, each }) => [
    id,
    `${uses} left`,
    `until ${minuteText(until)} UTC`,
    `each ${each.logs} chats, ${bytesText(each.bytes)} of files, ${each.invites} invites`,
  ]);
  return [
    invites.length === 0 ? 'No invite of yours admits anybody.' : 'Your invites:',
    ...table(rows),
    `Invites that people made: ${granted.invites}, with ${granted.uses} uses left.`,
    `People admitted: ${allowances.count}. All of them have left: ${allowances.logs} chats, ${bytesText(allowances.bytes)} of files, ${allowances.invites} invites.`,
  ];
}
