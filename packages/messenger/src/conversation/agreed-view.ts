/**
 * What every message says of how its sender sees the conversation (docs/protocol.md section 8): its epoch, and who was
 * an admin when that began. A newcomer believes one member about that; the others' messages show whether it is so.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type { Group } from '@polynya/mls/engine';
import { concat, fromHex } from '@polynya/protocol/bytes';
import { idOf } from './people.ts';
import type { ConversationState } from './state.ts';

/** 4 bytes. */
export function viewOf(
  { epochAuthenticator }: Pick<Group, 'epochAuthenticator'>,
  { people }: Pick<ConversationState, 'people'>,
): Uint8Array {
  const admins = people.filter(({ here, wasAdmin }) => here && wasAdmin).map(idOf);
  return sha256(concat(epochAuthenticator, ...admins.sort().map(fromHex))).slice(0, 4);
}
