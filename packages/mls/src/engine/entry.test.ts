/** What an entry of a log weighs, and what is none. */
import { expect, test } from 'vitest';
import { MAX_BODY } from './limits.ts';
import { anyCommit, assemble, refusal, rehearsalEngine } from './rehearsal.ts';

const engine = rehearsalEngine();
const [ada, grace] = await assemble(engine, ['ada', 'grace']);
if (!ada || !grace) throw new Error('two members were expected');

const SENDER_DATA = 12;
const TAG = 16;
const SIGNATURE = 64;
const lengths = (data: number): number => (data < 64 ? 1 : 2) + 2;

test.each([0, 63, 64, 100, 16_000])(
  '%i bytes are sealed with nothing beside them that a reader knows',
  async (length) => {
    const data = new Uint8Array(length);
    const { body } = await ada.seal(data);
    expect(body.length - length).toBe(SENDER_DATA + TAG + lengths(length) + SIGNATURE + TAG);
    const opened = await grace.open({ kind: 'message', epoch: ada.epoch, body }, anyCommit);
    expect(opened.kind === 'message' && opened.plaintext).toEqual(data);
  },
);

test.each([0, 1, 27, MAX_BODY + 1])('%i bytes are no body', async (length) => {
  const body = new Uint8Array(length);
  for (const kind of ['message', 'commit'] as const) {
    const opening = () => grace.open({ kind, epoch: grace.epoch, body }, anyCommit);
    expect(await refusal(opening)).toBe('malformed');
  }
});
