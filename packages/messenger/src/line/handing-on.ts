/**
 * Members hand on what they learned of a server's endpoints inside chats (docs/protocol.md section 8), so that a new
 * bridge reaches them before the old ones are gone, and by a chat on another server also after that.
 */

import { decodeAccessRecord, decodeAccessRecordBody } from '@polynya/protocol/access-record';
import { equal, toHex } from '@polynya/protocol/bytes';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { ChatId } from '../api.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { idOf } from '../conversation/people.ts';
import type { Device } from '../device.ts';
import { recordKey, takeHandedOn } from './own-endpoints.ts';
import type { ServerLink } from './server-link.ts';

export { askForEndpoints, takeTold } from './own-endpoints.ts';

/** In larger groups somebody may be there to collect bridges (people). */
const CLOSE = 8;

/** Says `record` in every chat of few people with somebody who uses that server, unless somebody has said it there. */
export async function handOn(device: Device, link: ServerLink, record: Uint8Array): Promise<void> {
  const key = keyOf(record);
  for (const conversation of device.conversations.values()) {
    if (!concerns(device, conversation, link.server.identity)) continue;
    if (device.handed.get(conversation.chat) === key) continue;
    await conversation.queue({ kind: 'record', text: '', record }, device.ports.random(16));
  }
}

/** What was learned so far that concerns a chat. @throws StoreError */
export async function recordsFor(
  device: Device,
  conversation: Conversation,
): Promise<Uint8Array[]> {
  const records: Uint8Array[] = [];
  for (const { server } of device.links.values()) {
    if (!concerns(device, conversation, server.identity)) continue;
    const record = await device.ports.store.get('self', recordKey(server.identity));
    if (record) records.push(record);
  }
  return records;
}

/** A chat of few people, on that server or with somebody who uses it. */
function concerns(
  device: Device,
  { chat, held: { state } }: Conversation,
  identity: Uint8Array,
): boolean {
  const here = state.people.filter((person) => person.here);
  if (state.phase !== 'active' || here.length > CLOSE || device.memory.request(chat)) return false;
  if (equal(state.server, identity)) return state.self || here.length > 1;
  return here.some(
    (person) =>
      idOf(person) !== device.self.person &&
      person.cards.some(({ card }) => equal(card.identity, identity)),
  );
}

/** Takes a record that somebody said in a chat, of whichever server it is, if that is one of ours. */
export async function takeRecord(device: Device, chat: ChatId, record: Uint8Array): Promise<void> {
  device.handed.set(chat, keyOf(record));
  const link = device.links.get(identityIn(record));
  if (!link) return;
  const { connection, server } = link;
  const now = link.world.serverNow();
  const { store, hostsAt } = device.ports;
  const learned = await takeHandedOn(record, { connection, server, store, now, hostsAt });
  if (learned) await link.lead(learned.endpoints);
}

/** What tells one record from another: its signature. */
function keyOf(record: Uint8Array): string {
  return toHex(record.subarray(-64));
}

/** In hex; '' for what is no record. */
function identityIn(record: Uint8Array): string {
  try {
    return toHex(decodeAccessRecordBody(decodeAccessRecord(record).body).identity);
  } catch (error) {
    if (error instanceof ProtocolError) return '';
    throw error;
  }
}
