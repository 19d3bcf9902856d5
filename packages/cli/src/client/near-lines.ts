/** What `/near` shows: a code for pages in this network, to be scanned or to be pasted. */
import type { Looking } from '@polynya/messenger/open-node-messenger';
import { selfSigned } from '@polynya/server/bridge/self-signed';
import { Failure } from '../failure.ts';
import { qrLines } from '../render/qr.ts';

/** What browsers call their own, so that one among many shows nothing. */
const NAME = 'WebRTC';

/** @throws Failure */
export async function nearLines(looking: Looking | null): Promise<readonly string[]> {
  if (!looking) {
    throw new Failure('Nobody is looked for in this network: begin with polynya chat CHAT --near.');
  }
  const code = await looking
    .code(() => selfSigned(NAME, 30))
    .catch((error: unknown) => {
      const told = error instanceof Error && ['NoNetwork', 'DirectError'].includes(error.name);
      throw told ? new Failure(error.message, 1, error) : error;
    });
  return [
    ...qrLines(code),
    'In the page, in Settings under "The line": Nearby, without the Internet. Scan this there, or paste this line:',
    code,
  ];
}
