/**
 * A WebRTC data channel (RFC 8831), ordered and reliable, whatever implementation it is of, and the carrier over it:
 * each envelope in as many messages as it needs.
 */
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { DirectJoiner, directMessages } from '@polynya/protocol/webrtc-direct';
import type { Carrier, CarrierEnd } from '../carrier.ts';

export const WEBRTC_DIRECT = 'webrtc-direct';

export interface Channel {
  /** Sends, or drops once it is closed. */
  send(message: Uint8Array): void;
  /** Bytes that have not left yet. */
  buffered(): number;
  /** Ends the connection under it, too. */
  close(): void;
  onMessage: (message: Uint8Array) => void;
  /** Nothing waits to leave any more. */
  onDrained: () => void;
  /** Called once, not after `close`. */
  onClose: (reason: CarrierEnd) => void;
}

/** A carrier at either end. What is no envelope's piece ends it. */
export class ChannelCarrier implements Carrier {
  readonly kind: string;
  readonly polls: boolean;
  onEnvelope: (envelope: Uint8Array) => void = () => undefined;
  onClose: (reason: CarrierEnd) => void = () => undefined;
  /** Nothing waits to leave any more. */
  onDrained: () => void = () => undefined;
  readonly #channel: Channel;
  readonly #joiner = new DirectJoiner();

  constructor(channel: Channel, kind: string = WEBRTC_DIRECT) {
    this.kind = kind;
    // Whose line a volunteer's is, the server may be able to speak only in answer there.
    this.polls = kind !== WEBRTC_DIRECT;
    this.#channel = channel;
    channel.onMessage = (message) => this.#take(message);
    channel.onDrained = () => this.onDrained();
    channel.onClose = (reason) => this.onClose(reason);
  }

  send(envelope: Uint8Array): void {
    for (const message of directMessages(envelope)) this.#channel.send(message);
  }

  backlog(): number {
    return this.#channel.buffered();
  }

  close(): void {
    this.onEnvelope = () => undefined;
    this.onClose = () => undefined;
    this.#channel.close();
  }

  #take(message: Uint8Array): void {
    let envelope: Uint8Array | null;
    try {
      envelope = this.#joiner.take(message);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const told = this.onClose;
      this.close();
      told('refused');
      return;
    }
    if (envelope) this.onEnvelope(envelope);
  }
}
