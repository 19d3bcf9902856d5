/** Which logs this device has a push subscription to, and those that it ought to have: loaded when somebody wants any. */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equal } from '@polynya/protocol/bytes';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { bytes, list, struct, text, uint } from '@polynya/protocol/schema';
import type { ChatId } from '../api.ts';
import { peerOf } from '../conversation/about.ts';
import { capability } from '../conversation/capability.ts';
import { idOf } from '../conversation/people.ts';
import type { Device } from '../device.ts';
import type { Store } from '../store/store.ts';
import { decode, encode } from '../timeline/stored.ts';
import type { PushSubscriptionView } from './push-api.ts';
import { subscriptionId } from './wake.ts';

/** ms: a server forgets one after two weeks. */
const FRESH = 3 * 24 * 3_600_000;
const KEPT = { table: 'setting', key: 'push' } as const;

/** `whose`: a hash of the subscription; `at`: ms. */
const codec = list(struct({ chat: text(32), whose: bytes(8), epoch: uint(), at: uint() }), 10_000);
type Kept = ReturnType<typeof codec.decode>[number];

/** @throws ProtocolError, StoreError */
export async function pushKey(device: Device): Promise<Uint8Array | null> {
  try {
    const { key } = await device.homeLink.connection.call({ op: 'pushKey' });
    return key.length > 0 ? key : null;
  } catch (error) {
    // A server of an earlier version.
    if (error instanceof ProtocolError && error.code === 'malformed') return null;
    throw error;
  }
}

/** @throws ProtocolError, StoreError */
export async function subscribePush(
  device: Device,
  subscription: PushSubscriptionView | null,
): Promise<void> {
  const { store, clock } = device.ports;
  const before = new Map((await load(store)).map((one) => [one.chat, one]));
  if (!subscription && before.size === 0) return;
  const whose = subscription && nameOf(subscription);
  const now = clock.now();
  let greeted = false;
  const work = [...device.conversations.keys()].map(async (chat): Promise<Kept | null> => {
    const known = before.get(chat);
    if (!subscription || !whose || !isWanted(device, chat)) {
      if (known) await unsubscribe(device, chat);
      return null;
    }
    const epoch = device.conversation(chat).held.group.epoch;
    const fresh = known && equal(known.whose, whose) && known.epoch === epoch;
    // At least one, so that the server knows that this browser is there.
    if (greeted && fresh && now - known.at < FRESH) return known;
    greeted = true;
    await withLog(device, chat, (log, id) =>
      log.ask('subscribe', (n) => ({ op: 'subscribe', n, id, ...subscription })),
    );
    return { chat, whose, epoch, at: now };
  });
  const done = await Promise.allSettled(work);
  const kept = done.flatMap((one) => (one.status === 'fulfilled' && one.value ? [one.value] : []));
  await store.apply([{ ...KEPT, value: kept.length > 0 ? encode(codec, kept) : null }]);
  for (const one of done) if (one.status === 'rejected') throw one.reason;
}

/** A server that this is not the key of cannot send to it. */
function isWanted(device: Device, chat: ChatId): boolean {
  const { state, group } = device.conversation(chat).held;
  const here = device.linkOf(chat) === device.homeLink;
  const there = state.phase === 'active' && state.created && group.active && !state.self;
  const peer = state.direct && peerOf(state, device.self.person);
  const heard = !device.memory.of(chat).muted && !(peer && device.blocked.has(idOf(peer)));
  return here && there && heard && !device.memory.request(chat);
}

async function unsubscribe(device: Device, chat: ChatId): Promise<void> {
  if (!device.conversation(chat).held.group.active) return;
  await withLog(device, chat, (log, id) =>
    log.ask('unsubscribe', (n) => ({ op: 'unsubscribe', n, id })),
  );
}

async function withLog<T>(
  device: Device,
  chat: ChatId,
  use: (log: ReturnType<Device['homeLink']['connection']['log']>, id: Uint8Array) => Promise<T>,
): Promise<T> {
  const { state, group } = device.conversation(chat).held;
  const log = device.linkOf(chat).connection.log(state.log, await capability(group));
  try {
    return await use(log, subscriptionId(state.log, device.self.device.publicKey));
  } finally {
    log.close();
  }
}

async function load(store: Store): Promise<Kept[]> {
  const stored = await store.get(KEPT.table, KEPT.key);
  return stored ? decode(codec, stored) : [];
}

function nameOf({ endpoint, key, auth }: PushSubscriptionView): Uint8Array {
  return sha256(concat(new TextEncoder().encode(endpoint), key, auth)).slice(0, 8);
}
