/** Which logs this device has a push subscription to, and those that it ought to have: loaded when somebody wants any. */
import { equal, toHex } from '@polynya/protocol/bytes';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { bytes, list, struct, text, uint } from '@polynya/protocol/schema';
import type { LogHandle } from '@polynya/reach/client/log-handle';
import type { ChatId } from '../api.ts';
import { peerOf } from '../conversation/about.ts';
import { capability } from '../conversation/capability.ts';
import { idOf } from '../conversation/people.ts';
import type { Device } from '../device.ts';
import type { ServerLink } from '../line/server-link.ts';
import type { Store } from '../store/store.ts';
import { decode, encode } from '../timeline/stored.ts';
import type { PushKeyView, PushSubscriptionView } from './push-api.ts';
import { subscriptionId } from './wake.ts';

/** ms: a server forgets one after two weeks. */
const FRESH = 3 * 24 * 3_600_000;
/** ms for another server than the home server to say its key: nobody waits longer for one that is just being lost. */
const PATIENCE = 10_000;
const KEPT = { table: 'setting', key: 'push' } as const;

/** `auth`: the subscription's own, by which the server knows it again, or 8 bytes that no other has; `at`: ms. */
const codec = list(
  struct({ chat: text(32), auth: bytes(8, 16), epoch: uint(), at: uint() }),
  10_000,
);
type Kept = ReturnType<typeof codec.decode>[number];

/** @throws ProtocolError, StoreError */
export async function pushKeys(device: Device, known: readonly string[]): Promise<PushKeyView[]> {
  const chats = [...device.conversations.keys()].filter((chat) => isWanted(device, chat));
  const links = new Set([device.homeLink, ...chats.map((chat) => device.linkOf(chat))]);
  const asked = [...links]
    .filter((link) => !known.includes(nameOf(device, link)) && isNear(device, link))
    .map(async (link) => ({ server: nameOf(device, link), key: await keyOf(device, link) }));
  return (await Promise.all(asked)).flatMap(({ server, key }) => (key ? [{ server, key }] : []));
}

/** @throws ProtocolError, StoreError */
export async function subscribePush(
  device: Device,
  subscriptions: readonly PushSubscriptionView[],
): Promise<void> {
  const { store, clock } = device.ports;
  const before = new Map((await load(store)).map((one) => [one.chat, one]));
  if (subscriptions.length === 0 && before.size === 0) return;
  const now = clock.now();
  const greeted = new Set<ServerLink>();
  const inboxes = new Map<ServerLink, LogHandle>();
  const work = [...device.conversations.keys()].map(async (chat): Promise<Kept | null> => {
    const link = device.linkOf(chat);
    const known = before.get(chat);
    // What cannot be said to it now is said once it can be reached.
    if (!isNear(device, link)) return known ?? null;
    const subscription = subscriptions.find(({ server }) => server === nameOf(device, link));
    if (subscriptions.length === 0 || !isWanted(device, chat)) {
      if (known?.auth.length === 16) await atEach(device, chat, inboxes, unsubscribe(known.auth));
      return null;
    }
    if (!subscription) return known ?? null;
    const { server: _, ...given } = subscription;
    const { auth } = subscription;
    const epoch = device.conversation(chat).held.group.epoch;
    const fresh = known && equal(known.auth, auth) && known.epoch === epoch;
    // At least one, so that the server knows that this browser is there.
    if (greeted.has(link) && fresh && now - known.at < FRESH) return known;
    greeted.add(link);
    await atEach(device, chat, inboxes, (log, id) =>
      log.ask('subscribe', (n) => ({ op: 'subscribe', n, id, ...given })),
    );
    return { chat, auth, epoch, at: now };
  });
  const done = await Promise.allSettled(work);
  for (const inbox of inboxes.values()) inbox.close();
  const kept = done.flatMap((one) => (one.status === 'fulfilled' && one.value ? [one.value] : []));
  await store.apply([{ ...KEPT, value: kept.length > 0 ? encode(codec, kept) : null }]);
  for (const one of done) if (one.status === 'rejected') throw one.reason;
}

function nameOf(device: Device, link: ServerLink): string {
  return link === device.homeLink ? '' : toHex(link.server.identity);
}

/** Others than the home server may be gone for good: nobody waits for them. */
function isNear(device: Device, link: ServerLink): boolean {
  return link === device.homeLink || link.connection.status === 'online';
}

async function keyOf(device: Device, link: ServerLink): Promise<Uint8Array | null> {
  const late = new AbortController();
  const home = link === device.homeLink;
  const stop = home
    ? () => undefined
    : device.ports.clock.setTimeout(() => late.abort(new ProtocolError('busy')), PATIENCE);
  try {
    const { key } = await link.connection.call({ op: 'pushKey' }, { signal: late.signal });
    return key.length > 0 ? key : null;
  } catch (error) {
    // A server of an earlier version, or another one that is asked again when the page is found next.
    const none = error instanceof ProtocolError && (error.code === 'malformed' || !home);
    if (none) return null;
    throw error;
  } finally {
    stop();
  }
}

function isWanted(device: Device, chat: ChatId): boolean {
  const { state, group } = device.conversation(chat).held;
  const there = state.phase === 'active' && state.created && group.active && !state.self;
  const peer = state.direct && peerOf(state, device.self.person);
  const heard = !device.memory.of(chat).muted && !(peer && device.blocked.has(idOf(peer)));
  return there && heard && !device.memory.request(chat);
}

const unsubscribe = (auth: Uint8Array) => (log: LogHandle, id: Uint8Array) =>
  log.ask('unsubscribe', (n) => ({ op: 'unsubscribe', n, id, auth })).catch(unlessLasting);

/** At the chat's log, and at the inbox for letters by the chat's token, by which members bring people into others. */
async function atEach(
  device: Device,
  chat: ChatId,
  inboxes: Map<ServerLink, LogHandle>,
  ask: (log: LogHandle, id: Uint8Array) => Promise<unknown>,
): Promise<void> {
  const { state, group } = device.conversation(chat).held;
  const link = device.linkOf(chat);
  const { connection, server } = link;
  const { made, log: inbox, secret } = server.inbox;
  const letters = made && (inboxes.get(link) ?? connection.log(inbox, secret));
  if (letters) inboxes.set(link, letters);
  const atLog = async () => {
    if (!group.active) return;
    const log = connection.log(state.log, await capability(group));
    const id = subscriptionId(state.log, device.self.device.publicKey);
    await ask(log, id).finally(() => log.close());
  };
  await Promise.all([atLog(), letters && ask(letters, state.token).catch(unlessLasting)]);
}

/** An inbox has only so much room, and a server of an earlier version none for this. What is there ends by itself. */
function unlessLasting(error: unknown): void {
  if (!(error instanceof ProtocolError) || error.retriable) throw error;
}

async function load(store: Store): Promise<Kept[]> {
  const stored = await store.get(KEPT.table, KEPT.key);
  return stored ? decode(codec, stored) : [];
}
