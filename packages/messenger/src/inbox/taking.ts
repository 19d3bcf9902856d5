/** KeyPackages out of the stocks that people left for us, each with the handover by which its owner will hear of it. */
import type { Engine } from '@polynya/mls/engine';
import { MlsError } from '@polynya/mls/mls-error';
import { equal, toHex } from '@polynya/protocol/bytes';
import type { ContactCard } from '@polynya/protocol/content';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Connection } from '@polynya/reach/client/client';
import { type ChatId, type PersonId, Problem } from '../api.ts';
import { findPerson } from '../conversation/people.ts';
import type { Device } from '../device.ts';
import { decodeCredential } from '../identity/credential.ts';
import { type Handover, newHandover } from '../invite/handover.ts';
import { openKeyPackage } from './key-packages.ts';

/** KeyPackages that are looked at to find one that is alive. */
const IN_STOCK = 4;

/** A device of somebody, and how to reach it. */
export interface Reachable {
  readonly root: Uint8Array;
  readonly device: Uint8Array;
  readonly card: ContactCard;
}

export interface Taken {
  /** The device's signature key. */
  readonly device: Uint8Array;
  readonly keyPackage: Uint8Array;
  readonly handover: Handover;
}

/** One of each device of that person that left some for us. @throws Problem 'no-contact': there is none */
export async function takeFor(device: Device, chat: ChatId, person: PersonId): Promise<Taken[]> {
  const found = await Promise.all(
    reachable(device, chat, person).map((one) =>
      takeFrom(device, device.linkOf(chat).connection, one).catch(noContact),
    ),
  );
  const taken = found.flatMap((one) => one ?? []);
  if (taken.length === 0) throw new Problem('no-contact');
  return taken;
}

/** @throws Problem 'no-contact' */
export async function takeFrom(
  device: Device,
  connection: Connection,
  from: Reachable,
): Promise<Taken> {
  const { engine, random, clock } = device.ports;
  const { card, root } = from;
  const log = connection.log(card.inbox, card.token);
  try {
    const { keyPackage, inspected } = await takeAlive(engine, card.token, () =>
      log.take(random(16)),
    );
    const decoded = decodeCredential(inspected.credential);
    const theirs =
      decoded.kind === 'device' &&
      equal(decoded.root, root) &&
      equal(inspected.signatureKey, from.device);
    if (!theirs) throw new Problem('no-contact');
    const letter = { card, root, keyPackage, ref: inspected.ref };
    const handover = newHandover(random, clock.now(), { letter });
    return { device: from.device, keyPackage, handover };
  } catch (error) {
    if (error instanceof ProtocolError && !error.retriable) throw new Problem('no-contact');
    throw error;
  } finally {
    log.close();
  }
}

/** Every device of theirs that said in any chat how to reach it on this chat's server, but this one. */
function reachable(device: Device, chat: ChatId, person: PersonId): Reachable[] {
  const { server } = device.linkOf(chat);
  const found = new Map<string, Reachable>();
  for (const { held } of device.conversations.values()) {
    const known = findPerson(held.state, person);
    for (const { device: key, card } of known?.cards ?? []) {
      const usable =
        equal(card.identity, server.identity) &&
        !equal(key, device.self.device.publicKey) &&
        !device.refuses(person, key);
      if (known && usable) found.set(toHex(key), { root: known.root, device: key, card });
    }
  }
  return [...found.values()];
}

/** The next in stock that has not expired: nobody takes those away of a person who was long gone. */
async function takeAlive(
  engine: Engine,
  token: Uint8Array,
  take: () => Promise<{ package: Uint8Array | null }>,
) {
  for (let tries = 0; tries < IN_STOCK; tries++) {
    const { package: sealed } = await take();
    if (!sealed) break;
    const keyPackage = await openKeyPackage(token, sealed);
    try {
      return { keyPackage, inspected: await engine.inspect(keyPackage) };
    } catch (error) {
      if (!(error instanceof MlsError)) throw error;
      if (error.code !== 'expired') break;
    }
  }
  throw new Problem('no-contact');
}

function noContact(error: unknown): null {
  if (error instanceof Problem && error.code === 'no-contact') return null;
  throw error;
}
