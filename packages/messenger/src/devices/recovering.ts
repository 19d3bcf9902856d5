/**
 * A person who lost every device begins anew from the phrase (docs/protocol.md section 9): the root key signs a list
 * of the next generation, and the members of each chat are asked, by letter, to let the new device in.
 */
import { MlsError } from '@polynya/mls/mls-error';
import { toHex } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { deviceCards } from '@polynya/protocol/content';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { bytes, type Infer, list, struct, uint } from '@polynya/protocol/schema';
import { type PersonId, Problem } from '../api.ts';
import type { Device } from '../device.ts';
import { signatureKey } from '../identity/credential.ts';
import { firstList } from '../identity/device-list.ts';
import { personId } from '../identity/person.ts';
import { Self } from '../identity/self.ts';
import { keyPackageSaved, makeKeyPackage } from '../inbox/key-packages.ts';
import { writeLetter } from '../inbox/letters.ts';
import { takeFrom } from '../inbox/taking.ts';
import { enter, newServer, readLink } from '../invite/arriving.ts';
import { PAUSES } from '../recovery/rejoin-request.ts';
import type { Change, Store } from '../store/store.ts';
import { admission, backupSecret, readBackup } from './backup.ts';
import { seedOf } from './phrase.ts';

const codec = struct({
  log: bytes(16),
  /** The KeyPackage that is offered: its own, and its name. */
  keyPackage: bytes(1, 8_192),
  ref: bytes(1, 64),
  /** By which they reach this device. */
  token: bytes(32),
  people: list(struct({ root: bytes(32), cards: deviceCards }), 512),
  asked: uint(),
  /** ms: when to ask (again). */
  next: uint(),
});
export type Request = Infer<typeof codec>;
const PREFIX = 'recover/';

/** Becomes the person of this phrase. @throws Problem */
export async function recover(
  device: Device,
  link: string,
  phrase: string,
  deviceName: string,
): Promise<PersonId> {
  const { random, engine, clock } = device.ports;
  if (device.registered) throw new Problem('already-member');
  const seed = seedOf(phrase);
  const place = readLink(link);
  const root = await signatureKey(seed);
  const secret = backupSecret(seed);
  const line = device.visit(newServer(device, link, place));
  try {
    const backup = await readBackup(line.connection, secret);
    const { generation } = backup.list;
    const key = await signatureKey(random(32));
    const list = await firstList(root, key.publicKey, generation + 1);
    const { name, page } = backup;
    const self = Self.of({ root: root.publicKey, list, name, deviceName, backup: secret }, key);
    await line.update({ ...line.server, page });
    const changes: Change[] = [self.saved()];
    for (const { log, people } of backup.chats) {
      const own = await makeKeyPackage(engine, self, clock.now(), false);
      const { keyPackage, ref } = own;
      const request = { log, keyPackage, ref, token: random(32), people, asked: 0, next: 0 };
      changes.push(keyPackageSaved(own, false, clock.now()), requestSaved(request));
    }
    // Who has a fresh invite to the server need not spend what was laid by.
    const admit = place.kind === 'server' ? place.secret : admission(secret, generation);
    const { identity, endpoints } = line.server;
    const invite = { kind: 'server' as const, identity, endpoints, secret: admit };
    await enter(device, line, invite, self, changes);
    return self.person;
  } catch (error) {
    if (device.links.get(toHex(place.identity)) !== line) line.close();
    throw error;
  }
}

export async function loadRequests(store: Store): Promise<Request[]> {
  const rows = await store.range('group', { from: PREFIX, to: 'recover0' });
  return rows.map(([, value]) => codec.decode(decodeCbor(value)));
}

export function requestSaved(request: Request): Change {
  const value = encodeCbor(codec.encode(request));
  return { table: 'group', key: `${PREFIX}${toHex(request.log)}`, value };
}

export function requestGone(log: Uint8Array): Change {
  return { table: 'group', key: `${PREFIX}${toHex(log)}`, value: null };
}

/** Asks the members of every chat whose time has come. @returns ms until the next; null: nothing is asked for */
export async function askAll(device: Device): Promise<number | null> {
  const { store, clock } = device.ports;
  const waits: number[] = [];
  for (const request of await loadRequests(store)) {
    const now = clock.now();
    if (request.next > now) {
      waits.push(request.next - now);
      continue;
    }
    const wait = PAUSES[Math.min(request.asked, PAUSES.length - 1)] ?? 0;
    await device.homeLink.world.openInbox(request.token);
    await store.apply([requestSaved({ ...request, asked: request.asked + 1, next: now + wait })]);
    await ask(device, request);
    waits.push(wait);
  }
  return waits.length > 0 ? Math.min(...waits) : null;
}

async function ask(device: Device, { log, keyPackage, token, people }: Request): Promise<void> {
  const { world } = device.homeLink;
  const payload = { kind: 'recover' as const, log, keyPackage, card: world.card(token) };
  const reachable = people
    .filter(({ root }) => !device.blocked.has(personId(root)))
    .flatMap(({ root, cards }) => cards.map((one) => ({ ...one, root })));
  for (const one of reachable) {
    try {
      const { handover } = await takeFrom(device, world.connection, one);
      if (handover.letter) await writeLetter(world, handover.letter, handover.id, payload);
    } catch (error) {
      if (![Problem, ProtocolError, MlsError].some((kind) => error instanceof kind)) throw error;
      // Others may answer; and the next request comes.
      device.ports.log('a member could not be asked to let this device in');
    }
  }
}
