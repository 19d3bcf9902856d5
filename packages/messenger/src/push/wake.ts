/** Who is away is told by the server that something came, where what was said is worth it (docs/protocol.md section 4). */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat } from '@polynya/protocol/bytes';
import { decodeCbor } from '@polynya/protocol/cbor';
import { content as contentCodec } from '@polynya/protocol/content';
import type { LogHandle } from '@polynya/reach/client/log-handle';
import { isWritten } from '../conversation/contents.ts';
import type { Core } from '../conversation/core.ts';
import { devicesIn } from '../identity/device-list.ts';

/** The id under which a device subscribes to a log: its own others know it, and the server learns nothing by it. */
export function subscriptionId(log: Uint8Array, device: Uint8Array): Uint8Array {
  const label = new TextEncoder().encode('polynya push subscription');
  return sha256(concat(label, log, device)).slice(0, 16);
}

/** To be called with the sending itself, so that it goes along. Nothing depends on it. */
export function wake({ held, log, world }: Core): void {
  const { state } = held;
  const worth = state.batch.some(({ row, content }) => {
    const said = row === '' ? null : contentCodec.decode(decodeCbor(content));
    return said && said.kind !== 'silent' && isWritten(said);
  });
  if (!worth || state.self) return;
  const { list, device } = world.self();
  const own = devicesIn(list).filter((other) => String(other) !== String(device.publicKey));
  const except = own.map((other) => subscriptionId(state.log, other));
  askToWake(log, except);
}

/** To be called with what is worth it, so that it goes along. @param except subscriptions of the own devices */
export function askToWake(log: LogHandle, except: Uint8Array[]): void {
  log
    .ask('wake', (n) => ({ op: 'wake', n, except }), { patience: 0 })
    .catch(() => {
      // A server of an earlier version, or none just now: who is away learns of it when they come.
    });
}
