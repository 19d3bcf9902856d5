/** A linking from both sides, and a recovery phrase (docs/protocol.md section 9), all from fixed bytes. */
import { admission, backupSecret, backupSecrets } from '@polynya/messenger/devices/backup';
import {
  checkOf,
  commitmentTo,
  encodeStep,
  meetingSecrets,
  type StepOf,
  transcript,
} from '@polynya/messenger/devices/link-steps';
import { phraseOf } from '@polynya/messenger/devices/phrase';

const fill = (value: number, length: number) => new Uint8Array(length).fill(value);
const countUp = (length: number) => Uint8Array.from({ length }, (_, i) => i % 256);

export function linking() {
  const secret = countUp(32);
  const reveal: StepOf<'reveal'> = {
    step: 'reveal',
    key: countUp(1_216),
    device: fill(0xde, 32),
    inbox: fill(0x1b, 16),
    nonce: fill(0x21, 32),
    name: 'Firefox on a phone',
  };
  const commitment = commitmentTo(reveal);
  const answer = {
    step: 'answer' as const,
    root: fill(0x70, 32),
    nonce: fill(0x22, 32),
    name: 'Anna',
  };
  const said = transcript(answer, reveal);
  const seed = countUp(32);
  const backup = backupSecret(seed);
  return {
    about:
      'Section 9. From the secret of a code; what both sides say, and the check. A recovery phrase.',
    code: { secret, ...meetingSecrets(secret) },
    steps: [{ step: 'hello' as const, commitment }, answer, reveal].map((step) => ({
      step,
      cbor: encodeStep(step),
    })),
    said,
    check: checkOf(said),
    recovery: {
      seed,
      phrase: phraseOf(seed),
      secret: backup,
      ...backupSecrets(backup),
      admit: admission(backup, 0),
    },
  };
}
