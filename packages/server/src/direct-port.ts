/**
 * The UDP port of WebRTC-Direct (docs/protocol.md section 2), at a server or a bridge: its certificate and the secret
 * of each of its doors stay the same over restarts, because invites have them.
 */
import { createHash, createHmac, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { decodeDirectEndpoint, encodeDirectEndpoint } from '@polynya/protocol/webrtc-direct';
import type { ChannelCarrier } from '@polynya/reach/carriers/webrtc-direct/channel';
import { DirectListener } from '@polynya/reach/carriers/webrtc-direct/listener';
import type { Clock, Random } from '@polynya/reach/clock';
import { loadBridgeSecret, loadOwnCertificate } from './bridge/bridge-state.ts';

/** Letters of a door's secret: 132 bits. */
const LETTERS = 22;
/** What browsers call their own, so that one among many shows nothing. */
const NAME = 'WebRTC';

/** Where others find the port: an address literal, without brackets, and the port itself. */
export interface DirectPlace {
  readonly address: string;
  readonly port: number;
}

/** A place as hosts write it, `203.0.113.5:33478` or `[2001:db8::5]:33478`; undefined for anything else. */
export function parseDirectPlace(text: string): DirectPlace | undefined {
  const [, six, four, digits = ''] = /^(?:\[([\da-f:.]+)\]|([\d.]+)):(\d{1,5})$/i.exec(text) ?? [];
  const address = (six ?? four ?? '').toLowerCase();
  const port = Number(digits);
  const fits = isIP(address) === (six === undefined ? 4 : 6) && port > 0 && port <= 65_535;
  return fits ? { address, port } : undefined;
}

/** Whether a line is an endpoint of WebRTC-Direct, as bridges print it. */
export function isDirectLine(line: string): boolean {
  try {
    return decodeDirectEndpoint(line).port > 0;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

export class DirectPort {
  readonly #place: DirectPlace;
  readonly #own: { readonly cert: Buffer; readonly key: Buffer };
  readonly #secret: Uint8Array;

  /** Reads what it is known by from a folder below `dataDir`, or makes it. @throws StorageError */
  constructor(dataDir: string, place: DirectPlace, random: Random) {
    const folder = join(dataDir, 'direct');
    this.#place = place;
    this.#own = loadOwnCertificate(folder, NAME);
    this.#secret = loadBridgeSecret(folder, random);
  }

  /** The endpoint of one door. @param name of it, the same at every start */
  endpoint(name: string): string {
    const { raw } = new X509Certificate(this.#own.cert);
    const fingerprint = new Uint8Array(createHash('sha256').update(raw).digest());
    return encodeDirectEndpoint({ ...this.#place, secret: this.#door(name), fingerprint });
  }

  /**
   * Takes callers from now on.
   * @param doors by name, where those go who know its endpoint
   * @throws DirectError
   */
  listen(
    doors: ReadonlyMap<string, (carrier: ChannelCarrier) => void>,
    connections: number,
    clock: Clock,
  ): Promise<DirectListener> {
    const { address, port } = this.#place;
    return DirectListener.start({
      ...{ address: listenOn(address), port, connections, clock },
      ...{ cert: String(this.#own.cert), key: String(this.#own.key) },
      doors: [...doors].map(([name, enter]) => ({ secret: this.#door(name), enter })),
    });
  }

  #door(name: string): string {
    const mac = createHmac('sha256', this.#secret).update(`polynya direct door ${name}`).digest();
    return mac.toString('base64url').slice(0, LETTERS);
  }
}

/** The address by which others find it may be a router's, not this machine's: all of them then. */
function listenOn(address: string): string {
  if (address === '::1' || address.startsWith('127.')) return address;
  return isIP(address) === 6 ? '::' : '0.0.0.0';
}
