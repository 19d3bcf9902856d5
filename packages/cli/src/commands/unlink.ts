/** `polynya unlink DEVICE`: takes a device out of the list of this person's, and out of every chat. */
import { allSent } from '../client/all-sent.ts';
import { answer } from '../client/answers.ts';
import { theOne } from '../client/find.ts';
import { withPerson } from '../client/profile.ts';
import { settled } from '../client/settled.ts';
import { command, profileOption } from '../command.ts';
import { Failure } from '../failure.ts';
import { cleanLine } from '../render/clean.ts';
import { print } from '../terminal.ts';

export const unlink = command({
  options: { ...profileOption },
  takes: [1, 1],
  async run({ profile }, [wanted = ''], terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      const { devices } = await answer(messenger, { query: 'devices' });
      if (devices.length === 1) throw new Failure('There is no other device to take out.');
      const found = theOne(wanted, 'device', devices, ({ device: id, name }) => ({ id, name }));
      await messenger.removeDevice(found.device);
      const all = await settled(messenger, terminal);
      await allSent(messenger, terminal);
      const when = all ? '' : ', and leaves your chats once there is a network';
      print(terminal, `"${cleanLine(found.name)}" is none of your devices any more${when}.`);
    });
  },
});
