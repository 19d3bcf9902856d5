/** What a server says to one call, and in place of a push that does not fit (docs/protocol.md section 4). */
import type { Cbor } from '@polynya/protocol/cbor';
import { ERROR_CODES, type ProtocolError } from '@polynya/protocol/protocol-error';
import type { Item } from '@polynya/protocol/requests';

const DAY = 86_400_000;

export function answer(id: number, value: Cbor): Item {
  return { item: 'answer', id, value };
}

/** The wait in whole milliseconds and a day at most, as a refusal can say it: a host may set rates that are slower. */
export function refusal(id: number, error: ProtocolError): Item {
  const retryAfter = Math.min(Math.ceil(error.retryAfter), DAY);
  const note = error.message.slice(0, 200);
  return { item: 'refusal', id, code: ERROR_CODES[error.code], retryAfter, note };
}

export function nudgeFor(push: Extract<Item, { item: 'push' }>): Item {
  return { item: 'nudge', n: push.n, head: push.entries.at(-1)?.seq ?? 0 };
}
