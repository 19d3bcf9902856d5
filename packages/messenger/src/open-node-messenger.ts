/**
 * The messenger in Node, whose own cryptography spares it the threads of WebCrypto, whose own connections find hosts past
 * a resolver that is silent or lies, and which can be carried past the server by hand.
 */
import { nodePrimitives } from '@polynya/crypto/node-primitives';
import { decodeHostAddresses } from '@polynya/protocol/host-addresses';
import { Dialer } from '@polynya/reach/carriers/by-name/dialer';
import { KnownAddresses } from '@polynya/reach/carriers/by-name/known-addresses';
import { dnsCarrier } from '@polynya/reach/carriers/dns/dns';
import { askResolver } from '@polynya/reach/carriers/dns/resolver';
import { dropCarrier } from '@polynya/reach/carriers/drop/drop';
import { type DoorCertificate, NearDoor, NoNetwork } from '@polynya/reach/carriers/lan/door';
import { NetworkPlace } from '@polynya/reach/carriers/lan/network-place';
import { nodePost } from '@polynya/reach/carriers/post/node-post';
import { nodeDirectCarrier } from '@polynya/reach/carriers/webrtc-direct/node-client';
import {
  nodeWebSocketCarrier,
  pinnedWebSocketCarrier,
} from '@polynya/reach/carriers/websocket/node-client';
import { systemClock, systemRandom } from '@polynya/reach/clock';
import type { Messenger } from './api.ts';
import { Carry } from './carry/carry.ts';
import { keyPassed } from './carry/keys.ts';
import { Near } from './carry/near.ts';
import type { Log } from './conversation/world.ts';
import type { Device } from './device.ts';
import { addressMemory } from './line/address-memory.ts';
import { keptOpenings } from './line/kept-openings.ts';
import { whileConnected } from './line/while-connected.ts';
import { openMessenger } from './open-messenger.ts';
import type { Store } from './store/store.ts';

export interface NodeMessenger extends Messenger {
  readonly carry: Carry;
  /**
   * Looks for members in this device's network, whom what is written reaches without a server, until the answer is
   * closed. Whoever runs the network sees that somebody does, and not who.
   * @param told how many devices are there, chat by chat, whenever that changes
   */
  lookNear(told: (links: number) => void): Promise<Looking>;
}

export interface Looking {
  /**
   * A code by which pages in this network come here, too, for as long as this is not closed.
   * @param certificate for it, asked for once @throws DirectError, NoNetwork
   */
  code(certificate: () => DoorCertificate): Promise<string>;
  close(): Promise<void>;
}

/** As `openMessenger`. @throws StoreError */
export async function openNodeMessenger(
  store: Store,
  log: Log,
  network?: () => string,
): Promise<NodeMessenger> {
  let opened: Device | undefined;
  const known = new KnownAddresses(addressMemory(store), systemClock);
  const dialer = new Dialer({ known, ask: askResolver(systemRandom), clock: systemClock });
  const messenger = await openMessenger(store, log, {
    ...(network && { network }),
    primitives: nodePrimitives,
    openings: await keptOpenings(store, systemClock.now),
    hostsAt: (line) => {
      for (const [host, addresses] of decodeHostAddresses(line)) void known.told(host, addresses);
    },
    webSocket: nodeWebSocketCarrier(dialer),
    post: nodePost(dialer),
    carriers: [pinnedWebSocketCarrier(dialer), nodeDirectCarrier()],
    last: [dropCarrier(systemClock, systemRandom), dnsCarrier(systemClock, systemRandom)],
    through: (factory) => whileConnected(factory),
    turned: (chat, before, after) =>
      keyPassed({ store, now: systemClock.now() }, chat, before, after),
    opened: (device: Device) => {
      opened = device;
    },
  });
  if (!opened) throw new Error('opened without a device');
  const device = opened;
  const carry = new Carry(device);
  return Object.assign(messenger, {
    carry,
    lookNear: (told: (links: number) => void) => lookNear(device, carry, told),
  });
}

async function lookNear(
  device: Device,
  carry: Carry,
  told: (links: number) => void,
): Promise<Looking> {
  const near = new Near(device, carry, (chats) => told(chats.length));
  near.nearby.add(await NetworkPlace.open(near.nearby, device.ports.log));
  let door: Promise<NearDoor> | undefined;
  return {
    async code(certificate) {
      door ??= NearDoor.open(near.nearby, certificate());
      try {
        return (await door).code();
      } catch (error) {
        // A door that is open stays so, also while there is no network.
        if (!(error instanceof NoNetwork)) door = undefined;
        throw error;
      }
    },
    async close() {
      (await door?.catch(() => undefined))?.close();
      await near.close();
    },
  };
}
