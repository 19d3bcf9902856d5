/** Forgetting a chat that was left: everything of it goes from this device. */
import { type ChatId, Problem } from './api.ts';
import { forgetKeys } from './carry/keys.ts';
import { forgetHeld } from './conversation/held.ts';
import { forgetScheduled } from './conversation/scheduled.ts';
import type { Device } from './device.ts';
import { forgetRecording } from './files/recording.ts';
import { handoverGone, loadHandovers } from './invite/handover.ts';
import { unlisted } from './queries/list-record.ts';
import { repair } from './recovery/later.ts';
import { forgetSearch } from './search/forget-search.ts';

/** @throws Problem 'not-allowed': we are still in it; StoreError */
export async function forgetChat(device: Device, chat: ChatId): Promise<void> {
  const { ports, timeline, conversations, changes, memory } = device;
  const conversation = device.conversation(chat);
  const { phase } = conversation.held.state;
  if (phase === 'active' || phase === 'joining') throw new Problem('not-allowed');
  await conversation.close();
  const handovers = await loadHandovers(ports.store, chat);
  const { forgetRecovery } = await repair();
  await timeline.locked(chat, async () =>
    ports.store.apply([
      ...(await forgetHeld(ports.store, chat)),
      ...handovers.map((handover) => handoverGone(chat, handover)),
      ...(await forgetRecovery(ports, chat, conversation.held)),
      ...(await conversation.outbox.forget()),
      ...(await timeline.forget(chat)),
      ...memory.forget(chat),
      unlisted(chat),
      ...(await forgetRecording(ports.store, chat)),
      ...(await forgetScheduled(ports.store, chat)),
      ...(await forgetSearch(device, chat)),
      ...(await forgetKeys(ports.store, chat)),
    ]),
  );
  conversations.delete(chat);
  changes.touchChat(chat);
}
