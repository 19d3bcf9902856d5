/** What is kept of a message beside what it says now: what it said before, and whom it has reached when. */
import { toHex } from '@polynya/protocol/bytes';
import { type ChatId, type MessageId, Problem } from '../api.ts';
import type { SeenView, VersionView } from '../chats-api.ts';
import type { Device } from '../device.ts';
import { pageView } from '../views.ts';
import { counts, keys, NO_COUNTS, reads, versions } from './row.ts';
import { decode } from './stored.ts';

/** What one chat has to send, at most. */
const WAITING = 10_000;

/** The oldest first, one version where it was never edited, with edits on their way. @throws Problem 'not-found' */
export async function historyOf(
  device: Device,
  chat: ChatId,
  id: MessageId,
): Promise<VersionView[]> {
  const { timeline, ports } = device;
  const row = await timeline.message(chat, id);
  if (!row || row.deleted) throw new Problem('not-found');
  const stored = await ports.store.get('timeline', keys.history(chat, id));
  const known = stored ? decode(versions, stored) : [row];
  const coming = row.pending.filter(({ failed }) => !failed);
  const typed = coming.length > 0 ? await device.conversation(chat).outbox.first(WAITING) : [];
  return [
    ...known.map(({ at, text }) => ({ at, text })),
    ...coming.flatMap(({ id, amendment }) => {
      if (amendment.kind !== 'edit') return [];
      const at = typed.find((waiting) => toHex(waiting.id) === id)?.at ?? ports.clock.now();
      return [{ at, text: amendment.text }];
    }),
  ];
}

/** Those who are here and did not write it, who read it first. @throws Problem 'not-found', 'not-allowed' */
export async function seenBy(device: Device, chat: ChatId, id: MessageId): Promise<SeenView[]> {
  const { timeline, ports } = device;
  const row = await timeline.message(chat, id);
  if (!row || row.seq === null) throw new Problem('not-found');
  if (!row.mine) throw new Problem('not-allowed');
  const { seq } = row;
  const view = pageView(device, device.conversation(chat));
  const stored = await ports.store.get('timeline', keys.counts(chat));
  const { receipts } = stored ? decode(counts, stored) : NO_COUNTS;
  const seen = view.others.map(async (person): Promise<SeenView> => {
    const said = receipts.find((receipt) => receipt.person === person);
    const { read = 0, delivered = 0 } = said ?? {};
    const state = seq <= read ? 'read' : seq <= delivered ? 'delivered' : 'sent';
    const kept = await ports.store.get('timeline', keys.reads(chat, person));
    const steps = kept ? decode(reads, kept) : [];
    const step = steps.findIndex((one) => one.read >= seq);
    // The first step that is kept may be one of many: who read it before is not known to the minute.
    const known = step > 0 || steps.length < FULL;
    const at = state === 'read' && known ? (steps[step]?.at ?? null) : null;
    return { person, name: view.names(person), tag: view.tag(person), state, at };
  });
  const order = ['read', 'delivered', 'sent'];
  return (await Promise.all(seen)).sort(
    (a, b) => order.indexOf(a.state) - order.indexOf(b.state) || (a.at ?? 0) - (b.at ?? 0),
  );
}

/** As many steps as are kept of one person: earlier ones may be gone. */
const FULL = 128;
