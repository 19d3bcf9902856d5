/**
 * Asking to be let in again (docs/protocol.md section 7): a device that lost its state of a conversation leaves a
 * fresh KeyPackage in the members' inboxes, the same one until somebody answers, more and more rarely.
 */
import type { OwnKeyPackage } from '@polynya/mls/engine';
import { MlsError } from '@polynya/mls/mls-error';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { bytes, type Infer, struct, uint } from '@polynya/protocol/schema';
import { fraction } from '@polynya/reach/clock';
import { type ChatId, type PersonId, Problem } from '../api.ts';
import type { Held } from '../conversation/held.ts';
import { idOf } from '../conversation/people.ts';
import type { Device } from '../device.ts';
import { isGrown } from '../identity/device-list.ts';
import { findKeyPackage, keyPackageSaved, makeKeyPackage } from '../inbox/key-packages.ts';
import { writeLetter } from '../inbox/letters.ts';
import { takeFor } from '../inbox/taking.ts';
import type { Change, Store } from '../store/store.ts';

/** ms from one request to the next, each longer by up to a fifth at random. The last goes on. */
export const PAUSES = [60_000, 600_000, 3_600_000, 6 * 3_600_000, 24 * 3_600_000] as const;
/** ms: the first one waits up to so much. */
const MOMENT = 1_000;

const codec = struct({
  /** Of the KeyPackage that is offered. */
  ref: bytes(1, 64),
  asked: uint(),
  /** ms: when to ask (again). */
  next: uint(),
});
type Request = Infer<typeof codec>;

/** Asks if it is time. @returns ms until the next time */
export async function askToRejoin(device: Device, chat: ChatId): Promise<number> {
  const { store, clock, random } = device.ports;
  const request = (await load(store, chat)) ?? (await begin(device, chat));
  const now = clock.now();
  if (request.next > now) return request.next - now;
  const own = (await findKeyPackage(store, request.ref))?.own ?? null;
  if (!own) {
    await store.apply([requestGone(chat)]);
    return 0;
  }
  const pause = PAUSES[Math.min(request.asked, PAUSES.length - 1)] ?? 0;
  const wait = Math.floor(pause * (1 + fraction(random) / 5));
  // Before a letter leaves: a crash may lose a request, and never doubles them.
  await store.apply([saved(chat, { ...request, asked: request.asked + 1, next: now + wait })]);
  const { held } = device.conversation(chat);
  const others = held.state.people
    .filter(({ here, cards }) => here && cards.length > 0)
    .map(idOf)
    .filter((person) => person !== device.self.person || isGrown(device.self.list));
  const payload = requestFor(held, own);
  const told = await Promise.all(others.map((person) => tell(device, chat, person, payload)));
  if (told.includes(true)) return wait;
  // Nobody was asked: that is no reason to ask more rarely.
  await store.apply([saved(chat, { ...request, next: now + PAUSES[0] })]);
  return PAUSES[0];
}

/** The same, to one member who asked for it, where this device has not asked yet. */
export async function answerOnce(device: Device, chat: ChatId, person: PersonId): Promise<void> {
  const { store } = device.ports;
  const request = (await load(store, chat)) ?? (await begin(device, chat));
  const own = (await findKeyPackage(store, request.ref))?.own;
  if (request.asked > 0 || !own) return;
  await tell(device, chat, person, requestFor(device.conversation(chat).held, own));
}

/** Whether this KeyPackage is the one that is offered to the members of a chat. */
export async function isAskedFor(store: Store, chat: ChatId, ref: Uint8Array): Promise<boolean> {
  const request = await load(store, chat);
  return request !== null && keyed(request.ref) === keyed(ref);
}

export function requestGone(chat: ChatId): Change {
  return { table: 'group', key: `${chat}/rejoin`, value: null };
}

async function begin(device: Device, chat: ChatId): Promise<Request> {
  const { store, engine, clock, random } = device.ports;
  const now = clock.now();
  const own = await makeKeyPackage(engine, device.self, now, false);
  const next = now + Math.floor(fraction(random) * MOMENT);
  const request = { ref: own.ref, asked: 0, next };
  await store.apply([keyPackageSaved(own, false, now), saved(chat, request)]);
  return request;
}

function requestFor({ state: { log, cursor: seq } }: Held, { keyPackage }: OwnKeyPackage) {
  return { kind: 'rejoin' as const, log, seq, keyPackage };
}

/** @returns whether the letter was left */
async function tell(
  device: Device,
  chat: ChatId,
  person: PersonId,
  payload: Parameters<typeof writeLetter>[3],
): Promise<boolean> {
  const { world } = device.linkOf(chat);
  try {
    for (const { handover } of await takeFor(device, chat, person)) {
      if (handover.letter) await writeLetter(world, handover.letter, handover.id, payload);
    }
    return true;
  } catch (error) {
    const known = [Problem, ProtocolError, MlsError].some((kind) => error instanceof kind);
    if (!known) throw error;
    // Others may answer; and the next request comes.
    const why = error instanceof Problem || error instanceof ProtocolError ? error.code : 'MLS';
    device.ports.log(`a member could not be asked for what this device lost: ${why}`);
    return false;
  }
}

async function load(store: Store, chat: ChatId): Promise<Request | null> {
  const stored = await store.get('group', `${chat}/rejoin`);
  return stored ? codec.decode(decodeCbor(stored)) : null;
}

function saved(chat: ChatId, request: Request): Change {
  return { table: 'group', key: `${chat}/rejoin`, value: encodeCbor(codec.encode(request)) };
}

function keyed(ref: Uint8Array): string {
  return ref.join();
}
