/** `polynya devices`: the devices of this profile's person, in the order in which they came. */
import type { DeviceView } from '@polynya/messenger/devices-api';
import { answer } from '../client/answers.ts';
import { catchUp } from '../client/catch-up.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { cleanLine } from '../render/clean.ts';
import { localTime, shortId } from '../render/units.ts';
import { print } from '../terminal.ts';

export const devices = command({
  options: { ...profileOption, json: { type: 'boolean' } },
  takes: [0, 0],
  async run({ profile, json }, _, terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      await catchUp(messenger, terminal);
      const { devices: all, forked } = await answer(messenger, { query: 'devices' });
      print(terminal, ...all.map(json ? (one) => JSON.stringify(one) : line));
      if (forked && !json) {
        print(terminal, 'Two lists of your devices contradict each other: somebody may hold one.');
      }
    });
  },
});

function line({ device, name, here, since, awaited }: DeviceView): string {
  const parts = [shortId(device), cleanLine(name) || '(no name)'];
  if (here) parts.push('(this one)');
  if (since !== null) parts.push(`since ${localTime(since)}`);
  if (awaited > 0) parts.push(`(still to come into ${awaited} chats)`);
  return parts.join('  ');
}
