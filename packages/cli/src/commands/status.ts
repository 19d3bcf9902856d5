/** `polynya status`: how the server that runs on this machine is. */
import { command } from '../command.ts';
import { askServer } from '../host/control-socket.ts';
import { bytesText, durationText, minuteText, table } from '../host/data-words.ts';
import type { HostAnswers } from '../host/host-requests.ts';
import { dataFolder, serverOptions } from '../host/settings.ts';
import { print } from '../terminal.ts';

export const status = command({
  options: { ...serverOptions, json: { type: 'boolean' } },
  takes: [0, 0],
  async run({ json, ...server }, _, terminal) {
    const found = await askServer(dataFolder(server, terminal.env), { ask: 'status' });
    print(terminal, ...(json ? [JSON.stringify(found)] : lines(found)));
  },
});

function lines(status: HostAnswers['status']): string[] {
  const { keep, retained, storage, hostPage } = status;
  return table([
    ['runs at', status.url],
    ['since', `${durationText(status.upSeconds)} (version ${status.version})`],
    ['stores in', storage === 'sqlite' ? 'SQLite' : 'PostgreSQL'],
    ['stored', `${bytesText(status.storedBytes)} of ${bytesText(keep.maxBytes)}`],
    ['disk left', bytesText(status.freeBytes)],
    ['memory', bytesText(status.memoryBytes)],
    ['connections', `${status.connections}, sessions ${status.sessions}`],
    ['watched', `${status.watched} logs`],
    [
      'keeps',
      `${keep.days} days, files above ${bytesText(keep.largeBlob)} ${keep.largeBlobDays} days`,
    ],
    ['pruned', retained === null ? 'not yet' : `${minuteText(retained)} UTC`],
    ['host page', hostPage],
  ]);
}
