/**
 * Beacons on one network of this device: IPv4 by an address of its own there (RFC 1112), IPv6 by the interface, among
 * addresses that no router passes on (RFC 4291 section 2.7, RFC 4007). Node only.
 */
import { createSocket, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';

/** Administratively scoped (RFC 2365); transient, for this link alone. */
const GROUP = { 4: '239.255.80.78', 6: 'ff12::504e' };
const PORT = 47_478;

/** Where beacons go out and come in. */
export interface BeaconPlace {
  readonly family: 4 | 6;
  /** An own address of IPv4; of IPv6 the name of an interface. */
  readonly at: string;
}

/** Those that this device has now, by a name each. */
export function placesHere(
  interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces(),
): Map<string, BeaconPlace> {
  const places = Object.entries(interfaces).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ internal }) => !internal)
      .flatMap(({ family, address, scopeid }): BeaconPlace[] => {
        if (family === 'IPv4') return [{ family: 4, at: address }];
        // Beacons come from the address that has a scope, and links go back to it.
        return scopeid
          ? [{ family: 6, at: process.platform === 'win32' ? `${scopeid}` : name }]
          : [];
      }),
  );
  return new Map(places.map((place) => [`${place.family} ${place.at}`, place]));
}

export interface BeaconSocket {
  send(beacon: Uint8Array): void;
  close(): void;
}

/** @param onError once, when nothing comes or goes there any more; the socket is to be closed then */
export function openBeaconSocket(
  { family, at }: BeaconPlace,
  onBeacon: (datagram: Uint8Array, from: string) => void,
  onError: (error: Error) => void,
): BeaconSocket {
  const group = family === 4 ? GROUP[4] : `${GROUP[6]}%${at}`;
  const udp: Socket = createSocket({
    type: family === 4 ? 'udp4' : 'udp6',
    reuseAddr: true,
    ipv6Only: family === 6,
  });
  udp.on('error', onError);
  udp.on('message', (datagram, { address }) => onBeacon(datagram, address));
  udp.bind(PORT, () => {
    try {
      udp.addMembership(GROUP[family], family === 4 ? at : `::%${at}`);
      udp.setMulticastInterface(family === 4 ? at : `::%${at}`);
      udp.setMulticastTTL(1);
    } catch (error) {
      udp.emit('error', error);
    }
  });
  return {
    // A network that is gone takes none; the next round finds that out.
    send: (beacon) => udp.send(beacon, PORT, group, () => undefined),
    close: () => void udp.close(),
  };
}
