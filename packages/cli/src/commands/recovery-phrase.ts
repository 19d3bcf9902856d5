/**
 * `polynya recovery-phrase`: shows what is to be written on paper, and takes the root key off this device once it was
 * typed back. Whoever has the paper can become this person; nobody else can, also by a stolen device.
 */
import { askLine } from '../client/ask-line.ts';
import { withPerson } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { print } from '../terminal.ts';

export const recoveryPhrase = command({
  options: { ...profileOption },
  takes: [0, 0],
  async run({ profile }, _, terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      const { phrase, link } = await messenger.recoveryKit();
      print(
        terminal,
        'Write this on paper, and keep it where nobody else looks:',
        '',
        phrase,
        link,
        '',
      );
      print(terminal, 'Then type the phrase back:');
      await messenger.keepRecoveryPhrase(await askLine(terminal));
      print(terminal, 'It is set. If you lose your devices: polynya recover LINK');
    });
  },
});
