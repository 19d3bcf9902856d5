/** What a server says to one call, and in place of a push that does not fit (docs/protocol.md section 4). */
import type { Cbor } from '@polynya/protocol/cbor';
import { ERROR_CODES, type ProtocolError } from '@polynya/protocol/protocol-error';
import type { Item } from '@polynya/protocol/requests';

export function answer(id: number, value: Cbor): Item {
  return { item: 'answer', id, value };
}

export function refusal(id: number, { code, retryAfter, message }: ProtocolError): Item {
  return { item: 'refusal', id, code: ERROR_CODES[code], retryAfter, note: message.slice(0, 200) };
}

export function nudgeFor(push: Extract<Item, { item: 'push' }>): Item {
  return { item: 'nudge', n: push.n, head: push.entries.at(-1)?.seq ?? 0 };
}
