/**
 * Whether others met the Commit that did not open here, too (docs/protocol.md section 6). It may be this device's own
 * state that is damaged: a branch of its own would then be one that nobody joins. So it asks to be let in again, and
 * founds a branch only once another member has asked for the same.
 */
import { equal } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { bytes, struct, uint } from '@polynya/protocol/schema';
import type { ChatId, PersonId } from '../api.ts';
import { findPerson } from '../conversation/people.ts';
import type { Device } from '../device.ts';
import type { LetterPayload } from '../inbox/letters.ts';
import type { Change, Store } from '../store/store.ts';
import { type Fork, forkOf } from './branch.ts';
import { answerOnce } from './rejoin-request.ts';

const codec = struct({ log: bytes(16), seq: uint() });

/** Another member stands at the same Commit. @returns the chat; null: not at one that this device stands at */
export async function agrees(
  device: Device,
  person: PersonId,
  { log, seq }: Extract<LetterPayload, { kind: 'rejoin' }>,
): Promise<ChatId | null> {
  const { store } = device.ports;
  for (const [chat, { held }] of device.conversations) {
    const fork = forkOf(held);
    // Whose own leaf it was stands right before it.
    const there = fork && (fork.seq === seq || fork.seq === seq + 1);
    if (!there || fork.left || !equal(fork.log, log)) continue;
    if (person === fork.by || !findPerson(held.state, person)?.here) return null;
    const key = keyOf(chat, person);
    const first = (await store.get('group', key)) === undefined;
    await store.apply([
      { table: 'group', key, value: encodeCbor(codec.encode({ log, seq: fork.seq })) },
    ]);
    if (first) await answerOnce(device, chat, person);
    return chat;
  }
  return null;
}

export async function othersAgree(store: Store, chat: ChatId, fork: Fork): Promise<boolean> {
  const rows = await store.range('group', within(chat));
  return rows.some(([, value]) => {
    const { log, seq } = codec.decode(decodeCbor(value));
    return equal(log, fork.log) && seq === fork.seq;
  });
}

/** The writes that forget what members said. */
export async function agreementGone(store: Store, chat: ChatId): Promise<Change[]> {
  const rows = await store.range('group', within(chat));
  return rows.map(([key]) => ({ table: 'group', key, value: null }));
}

function keyOf(chat: ChatId, person: PersonId): string {
  return `${chat}/agrees/${person}`;
}

function within(chat: ChatId) {
  return { from: `${chat}/agrees/`, to: `${chat}/agrees0` };
}
