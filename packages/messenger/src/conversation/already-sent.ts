/**
 * Messages that the log has from before this device's place in it: sent by a life of this device that it does not
 * remember, and typed into the copy that it does. They are met by the log's answer, never by reading.
 */
import { toHex } from '@polynya/protocol/bytes';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Entry, NewEntry } from '@polynya/protocol/requests';
import type { LogHandle } from '@polynya/reach/client/log-handle';
import type { Core } from './core.ts';

/** @returns their seqs: new ones, or those under which the log has had them. @throws ProtocolError */
export async function appendOnce(log: LogHandle, entries: readonly NewEntry[]): Promise<number[]> {
  // Without patience: who waits in here reads nothing meanwhile.
  const now = { patience: 0 };
  try {
    return (await log.append(entries, now)).seqs;
  } catch (error) {
    const someAreThere = error instanceof ProtocolError && error.code === 'exists';
    if (!someAreThere || entries.length < 2) throw error;
  }
  const seqs: number[] = [];
  for (const entry of entries) seqs.push(...(await log.append([entry], now)).seqs);
  return seqs;
}

/** Takes those out of the batch that lie before our place in the log. */
export async function meetEarlier(core: Core, sent: readonly Entry[]): Promise<void> {
  const { world, chat } = core;
  const { cursor, base } = core.held.state;
  const earlier = sent.filter(({ seq }) => seq <= cursor);
  if (earlier.length === 0) return;
  for (const { id, seq } of earlier) {
    await world.timeline.locked(chat, async () =>
      world.store.apply(await world.timeline.sent(chat, toHex(id), seq + base)),
    );
  }
  const ids = new Set(earlier.map(({ id }) => toHex(id)));
  const { held } = core;
  const met = held.state.batch.filter(({ id }) => ids.has(toHex(id)));
  const batch = held.state.batch.filter((item) => !met.includes(item));
  await core.save(
    { ...held, state: { ...held.state, batch } },
    met.flatMap(({ row }) => (row ? [{ table: 'outbox', key: row, value: null }] : [])),
  );
}
