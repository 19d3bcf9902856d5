/**
 * The called's end of WebRTC-Direct (docs/protocol.md section 2): one UDP port, which answers those alone whose ufrag
 * was sealed under the secret of one of its doors, once.
 */
import type { IceUdpMuxListener, IceUdpMuxRequest } from 'node-datachannel';
import type { Clock } from '../../clock.ts';
import { ChannelCarrier } from './channel.ts';
import { candidateOf, offerOf } from './descriptions.ts';
import { channelOf, DirectError, type Library, loadLibrary } from './node-datagrams.ts';
import { type OpenedToken, TokenBook } from './token-book.ts';

/** From the first request to an open channel, in ms. */
const OPENS_WITHIN = 30_000;
const UFRAG = /^[A-Za-z0-9+/]{4,256}$/;

/** Where callers of one secret go. */
export interface Door {
  readonly secret: string;
  /** The secret was made just now: nobody can have seen a token of it before, and no clock has to be right. */
  readonly fresh?: true;
  enter(carrier: ChannelCarrier): void;
}

export interface ListenerOptions {
  /** The literal to listen on. */
  readonly address: string;
  readonly port: number;
  /** PEM, both. */
  readonly cert: string;
  readonly key: string;
  readonly doors: readonly Door[];
  /** At a time, those that have yet to open among them (count). */
  readonly connections: number;
  readonly clock: Clock;
}

export class DirectListener {
  readonly #options: ListenerOptions;
  readonly #library: Library;
  readonly #port: IceUdpMuxListener;
  readonly #books: readonly { readonly door: Door; readonly book: TokenBook }[];
  /** What ends each connection. */
  readonly #open = new Set<() => void>();

  private constructor(options: ListenerOptions, library: Library) {
    this.#options = options;
    this.#library = library;
    const now = () => options.clock.now();
    this.#books = options.doors.map((door) => ({
      door,
      book: new TokenBook(door.secret, now, door.fresh),
    }));
    this.#port = listen(library, options);
    this.#port.onUnhandledStunRequest((request) => this.#take(request));
  }

  /** @throws DirectError */
  static async start(options: ListenerOptions): Promise<DirectListener> {
    return new DirectListener(options, await loadLibrary());
  }

  /** Open now, and those that have yet to open (count). */
  get connections(): number {
    return this.#open.size;
  }

  /** Takes nobody any more, and ends all that are here. */
  close(): void {
    this.#port.stop();
    for (const end of this.#open) end();
  }

  #take(request: IceUdpMuxRequest): void {
    if (this.#open.size >= this.#options.connections || !UFRAG.test(request.ufrag)) return;
    for (const { door, book } of this.#books) {
      const token = book.take(request.localUfrag);
      if (!token) continue;
      this.#answer(request, token, door);
      return;
    }
  }

  #answer(request: IceUdpMuxRequest, { own, callerPassword }: OpenedToken, door: Door): void {
    const { address, port, cert, key, clock } = this.#options;
    const connection = new this.#library.PeerConnection('', {
      ...{ iceServers: [], disableAutoNegotiation: true, enableIceUdpMux: true },
      ...{ bindAddress: address, portRangeBegin: port, portRangeEnd: port },
      ...{ certificatePemFile: cert, keyPemFile: key },
      // Who calls is told by the session inside, if at all.
      disableFingerprintVerification: true,
    });
    let over = false;
    const end = (): void => {
      if (over) return;
      over = true;
      onTime();
      this.#open.delete(end);
      connection.close();
    };
    this.#open.add(end);
    const onTime = clock.setTimeout(end, OPENS_WITHIN);
    connection.onStateChange((state) => {
      if (/^(failed|closed)$/.test(state)) end();
    });
    let entered = false;
    connection.onDataChannel((dataChannel) => {
      // What was under way when it ended still comes; the library then throws at whatever is asked of it, which none
      // but the process could catch.
      if (over) return;
      if (entered) return dataChannel.close();
      entered = true;
      onTime();
      door.enter(new ChannelCarrier(channelOf(dataChannel, connection, end)));
    });
    const caller = { ufrag: request.ufrag, password: callerPassword };
    connection.setRemoteDescription(offerOf(caller), 'offer');
    connection.setLocalDescription('answer', { iceUfrag: own.ufrag, icePwd: own.password });
    const from = { address: request.host.replace(/^::ffff:/, ''), port: request.port };
    connection.addRemoteCandidate(candidateOf(from), '0');
  }
}

/** @throws DirectError 'port' */
function listen(library: Library, { address, port }: ListenerOptions): IceUdpMuxListener {
  try {
    return new library.IceUdpMuxListener(port, address);
  } catch (cause) {
    const message = `UDP port ${port} of ${address} cannot be had: something else may listen there.`;
    throw new DirectError('port', message, cause);
  }
}
