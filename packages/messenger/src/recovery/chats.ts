/** The chat that a log belongs to: chats keep their id when they change logs. */
import { equal, toHex } from '@polynya/protocol/bytes';
import type { ChatId } from '../api.ts';
import type { Device } from '../device.ts';

/** Whether or not we are in it. */
export function chatOfLog(device: Device, log: Uint8Array): ChatId {
  for (const [chat, { held }] of device.conversations) if (equal(held.state.log, log)) return chat;
  return toHex(log);
}

/** Also of the log that a chat left last; null: of none. */
export function chatOfFork(device: Device, log: Uint8Array): ChatId | null {
  for (const [chat, { held }] of device.conversations) {
    const { state } = held;
    if (equal(state.log, log) || (state.refounded && equal(state.refounded.log, log))) return chat;
  }
  return null;
}
