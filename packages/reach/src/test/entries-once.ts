/** What every carrier owes whoever uses it, however bad the line: all that is said arrives once and in order. */
import type { Entry } from '@polynya/protocol/requests';
import { expect } from 'vitest';
import type { Connection } from '../client/client.ts';
import { systemRandom } from '../clock.ts';
import type { VirtualTime } from './virtual-time.ts';

const ID = new Uint8Array(16).fill(1);
const SECRET = new Uint8Array(32).fill(2);
const DAY = 24 * 3_600_000;

/**
 * Appends entries of these lengths (bytes) to a log all at once, beside one who watches it, until all are seen and
 * acknowledged.
 * @returns seconds until all were seen
 */
export async function expectEntriesOnce(
  connection: Connection,
  clock: VirtualTime,
  lengths: readonly number[],
): Promise<number> {
  const log = connection.log(ID, SECRET);
  const seen: Entry[] = [];
  log.watch({ entries: (entries) => void seen.push(...entries) }, 1);
  const sent = lengths.map((length) => ({
    ...{ id: systemRandom(16), epoch: 0, body: systemRandom(length) },
  }));
  const began = clock.steady();
  let acknowledged = 0;
  for (const entry of sent) {
    void log.append([entry], { patience: DAY }).then(() => acknowledged++);
  }
  await clock.until(() => seen.length >= sent.length, DAY);
  const seconds = (clock.steady() - began) / 1_000;
  await clock.until(() => acknowledged === sent.length, DAY);
  const bodies = (entries: readonly { body: Uint8Array }[]) =>
    entries.map(({ body }) => Buffer.from(body).toString('hex')).sort();
  expect(bodies(seen)).toEqual(bodies(sent));
  expect(seen.map(({ seq }) => seq)).toEqual(sent.map((_, index) => index + 1));
  return seconds;
}
