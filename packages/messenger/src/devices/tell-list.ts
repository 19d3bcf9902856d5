/** Says the own device list in a chat. */
import type { DeviceList } from '@polynya/protocol/device-list';
import type { ChatId } from '../api.ts';
import type { Device } from '../device.ts';
import { reached } from '../waiting.ts';

/** Settles once it is in the log: whoever is to go by it hears it as well. @throws Problem 'offline', 'not-a-member' */
export async function tellList(
  device: Device,
  chat: ChatId,
  list: DeviceList = device.self.list,
): Promise<void> {
  const conversation = device.conversation(chat);
  const id = device.ports.random(16);
  await conversation.queue({ kind: 'devices', list }, id);
  await reached(device, chat, async () => !(await conversation.outbox.has(id)));
}
