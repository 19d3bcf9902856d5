/**
 * Where pages of this network come in, which have no sockets: a UDP port of WebRTC-Direct, whose code a terminal shows
 * (docs/protocol.md section 10). Node only.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { toBase64url } from '@polynya/protocol/bytes';
import { encodeNearCode, isHomeAddress, NEAR_ADDRESSES } from '@polynya/protocol/near-code';
import { systemClock, systemRandom } from '../../clock.ts';
import { DirectListener } from '../webrtc-direct/listener.ts';
import { CarrierPlace } from './carrier-place.ts';
import type { Nearby } from './nearby.ts';
import type { Visited } from './place.ts';

/** Pages that may be here at a time (count). */
const PAGES = 16;
/** ms after which whoever is met in no chat has to call again. */
const STRANGER = 60_000;
/** Bytes of a secret, 22 letters of base64url. */
const SECRET = 16;

/** PEM, both: a certificate that nobody knows but by its hash. */
export interface DoorCertificate {
  readonly cert: string;
  readonly key: string;
}

/** This device is in no network where somebody could call it; `message` is one sentence. */
export class NoNetwork extends Error {
  override readonly name = 'NoNetwork';

  constructor() {
    super('This device is in no home network by IPv4, where a page could call it.');
  }
}

type Places = Visited & Pick<Nearby<unknown>, 'add' | 'remove' | 'meets'>;

export class NearDoor {
  readonly #listener: DirectListener;
  readonly #at: Parameters<typeof encodeNearCode>[1];

  private constructor(listener: DirectListener, at: Parameters<typeof encodeNearCode>[1]) {
    this.#listener = listener;
    this.#at = at;
  }

  /** Whoever has the code of it can call from now on, and learns nothing but that. @throws DirectError */
  static async open(nearby: Places, { cert, key }: DoorCertificate): Promise<NearDoor> {
    const secret = toBase64url(systemRandom(SECRET));
    const port = await freePort();
    const listener = await DirectListener.start({
      ...{ address: '0.0.0.0', port, cert, key, connections: PAGES, clock: systemClock },
      doors: [
        {
          secret,
          fresh: true,
          enter: (carrier) => {
            const place = new CarrierPlace(carrier, nearby, 'called');
            // A page with whom nothing is shared takes the place of another.
            const looking = setInterval(() => {
              if (!nearby.meets(place)) place.close();
            }, STRANGER);
            place.onClose = () => {
              clearInterval(looking);
              nearby.remove(place);
            };
            nearby.add(place);
          },
        },
      ],
    });
    const { raw } = new X509Certificate(cert);
    const fingerprint = new Uint8Array(createHash('sha256').update(raw).digest());
    return new NearDoor(listener, { port, secret, fingerprint });
  }

  /** @param addresses those that this device has now @throws NoNetwork */
  code(addresses: readonly string[] = homeAddresses()): string {
    if (addresses.length === 0) throw new NoNetwork();
    return encodeNearCode(addresses, this.#at);
  }

  close(): void {
    this.#listener.close();
  }
}

/** Of IPv4, for which the door is open; those of homes before those that programs make for themselves. */
function homeAddresses(
  interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces(),
): string[] {
  const all = Object.values(interfaces).flatMap((addresses = []) => addresses);
  const ours = all.filter(({ internal, family, address }) => {
    return !internal && family === 'IPv4' && isHomeAddress(address);
  });
  const rank = (address: string) => Number(!/^(192\.168|10)\./.test(address));
  return ours
    .map(({ address }) => address)
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, NEAR_ADDRESSES);
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0);
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}
