/**
 * The UDP port of WebRTC-Direct (docs/protocol.md section 2), at a server or a bridge: its certificate and the secret
 * of each of its doors stay the same over restarts, because invites have them.
 */
import { createHash, createHmac, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { decodeDirectEndpoint, encodeDirectEndpoint } from '@polynya/protocol/webrtc-direct';
import { listenForStun } from '@polynya/reach/carriers/volunteer/stun-port';
import type { ChannelCarrier } from '@polynya/reach/carriers/webrtc-direct/channel';
import { DirectListener } from '@polynya/reach/carriers/webrtc-direct/listener';
import { DirectError } from '@polynya/reach/carriers/webrtc-direct/node-datagrams';
import type { Clock, Random } from '@polynya/reach/clock';
import { loadBridgeSecret, loadOwnCertificate } from '../bridge/bridge-state.ts';

/** Letters of a door's secret: 132 bits. */
const LETTERS = 22;
/** What browsers call their own, so that one among many shows nothing. */
const NAME = 'WebRTC';

/** Where others find the port: an address literal, without brackets, and the port itself. */
export interface DirectPlace {
  readonly address: string;
  readonly port: number;
  /** A second port, which tells by STUN where somebody is seen. */
  readonly stun?: number;
}

/**
 * A place as hosts write it, `203.0.113.5:33478` or `[2001:db8::5]:33478`, with `/3478` behind it for a port of STUN;
 * undefined for anything else.
 */
export function parseDirectPlace(text: string): DirectPlace | undefined {
  const [, six, four, digits = '', second] =
    /^(?:\[([\da-f:.]+)\]|([\d.]+)):(\d{1,5})(?:\/(\d{1,5}))?$/i.exec(text) ?? [];
  const address = (six ?? four ?? '').toLowerCase();
  const port = Number(digits);
  const stun = second === undefined ? undefined : Number(second);
  const isPort = (one: number): boolean => one > 0 && one <= 65_535;
  const ports = isPort(port) && (stun === undefined || (isPort(stun) && stun !== port));
  if (!ports || isIP(address) !== (six === undefined ? 4 : 6)) return undefined;
  return { address, port, ...(stun !== undefined && { stun }) };
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

  /** Of one door, and that of STUN if it is answered here. */
  endpoints(name: string): string[] {
    const { address, stun } = this.#place;
    const host = isIP(address) === 6 ? `[${address}]` : address;
    return [this.endpoint(name), ...(stun === undefined ? [] : [`stun:${host}:${stun}`])];
  }

  /**
   * Takes callers from now on.
   * @param doors by name, where those go who know its endpoint
   * @throws DirectError
   */
  async listen(
    doors: ReadonlyMap<string, (carrier: ChannelCarrier) => void>,
    connections: number,
    clock: Clock,
  ): Promise<Pick<DirectListener, 'connections' | 'close'>> {
    const { address, port, stun } = this.#place;
    const here = listenOn(address);
    const listener = await DirectListener.start({
      ...{ address: here, port, connections, clock },
      ...{ cert: String(this.#own.cert), key: String(this.#own.key) },
      doors: [...doors].map(([name, enter]) => ({ secret: this.#door(name), enter })),
    });
    if (stun === undefined) return listener;
    const socket = await listenForStun(here, stun).catch((error: unknown) => {
      listener.close();
      const message = `UDP port ${stun} of ${here} cannot be had: something else may listen there.`;
      throw new DirectError('port', message, error);
    });
    return {
      get connections() {
        return listener.connections;
      },
      close: () => {
        listener.close();
        socket.close();
      },
    };
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
