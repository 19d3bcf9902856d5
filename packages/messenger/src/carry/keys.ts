/** What members of a chat seal to each other with where no server is: a secret of the epoch that they share. */
import type { Group } from '@polynya/mls/engine';
import type { Conversation } from '../conversation/conversation.ts';
import type { Device } from '../device.ts';

/** 32 bytes, the same for all members of this epoch and for nobody else. */
export function carryKey(group: Group): Promise<Uint8Array> {
  return group.export('polynya carried', new Uint8Array(0), 32);
}

/** Chats that something may be carried for. */
export function carriedChats({ conversations }: Device): Conversation[] {
  return [...conversations.values()].filter(
    ({ held }) => held.state.phase === 'active' && held.group.active,
  );
}
