/** A conversation's record and group give way to others, under the same chat: a branch's, or a new leaf's. */
import type { ChatId } from '../api.ts';
import { groupsOf, type Held, heldChanges } from '../conversation/held.ts';
import type { Device } from '../device.ts';
import type { Change } from '../store/store.ts';

export interface Replacement {
  readonly held: Held;
  /** Stored in the same batch; computed alone among the timeline's writers. */
  readonly others: () => Promise<readonly Change[]>;
}

/** What `build` throws leaves everything as it was. */
export async function replaceConversation(
  device: Device,
  chat: ChatId,
  build: (before: Held) => Promise<Replacement>,
): Promise<void> {
  const conversation = device.conversation(chat);
  await conversation.close();
  const before = conversation.held;
  let after = before;
  try {
    const { held, others } = await build(before);
    await device.timeline.locked(chat, async () =>
      device.ports.store.apply([...heldChanges(chat, before, held), ...(await others())]),
    );
    after = held;
    const kept = groupsOf(after);
    for (const group of groupsOf(before)) if (!kept.includes(group)) group.dispose(kept);
  } finally {
    if (!device.closing.aborted) {
      const next = await device.addConversation(chat, after);
      await next.start();
      next.touch();
    }
  }
}
