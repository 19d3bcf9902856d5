/** The server's end of a WebSocket: each binary message is one envelope; whatever is not is answered by closing. */
import type { Duplex } from 'node:stream';
import { LIMITS } from '@polynya/protocol/limits';
import type { WebSocket } from 'ws';
import type { Random } from '../../clock.ts';
import type { Receiver } from '../../neighbour.ts';
import { Sink } from '../../sink.ts';
import { sendUnevenly } from './uneven.ts';

export interface WebSocketLimits {
  /** Bytes held for a client beyond which it is not read from until it takes some: more than pushes alone fill. */
  readonly unread: number;
  /** Bytes held for a client that does not read, beyond which it is cut off. */
  readonly buffered: number;
  /** A connection on which nothing is heard for so long is cut off, in ms. Clients speak every 30 s. */
  readonly silence: number;
}

export const DEFAULT_WEBSOCKET_LIMITS: WebSocketLimits = {
  unread: 1_572_864,
  buffered: 8_388_608,
  silence: 120_000,
};

/** The `ws` server's options that belong to this carrier. */
export const WEBSOCKET_OPTIONS = {
  maxPayload: LIMITS.envelope,
  perMessageDeflate: false,
  skipUTF8Validation: true,
} as const;

/** A FIN frame of binary data (RFC 6455 section 5.2), unmasked, as a server's are; and its lengths' bounds. */
const BINARY = 0x82;
const SHORT = 126;
const MEDIUM = 65_536;

/**
 * Serves one WebSocket until it closes. The caller bounds how many there are.
 * @param stream what the WebSocket runs on
 * @param uneven where it must not be known by the lengths of what is sent
 */
export function acceptWebSocket(
  socket: WebSocket,
  stream: Duplex,
  sessions: Receiver,
  limits: WebSocketLimits = DEFAULT_WEBSOCKET_LIMITS,
  uneven?: Random,
): void {
  let full = false;
  // One for all envelopes of a connection.
  const sent = (): void => {
    if (socket.isPaused && socket.bufferedAmount <= limits.unread) {
      socket.resume();
      silence.refresh();
    }
    if (!full || socket.bufferedAmount > 0) return;
    full = false;
    sink.drained();
  };
  const sink = new Sink({
    standing: true,
    backlog: () => socket.bufferedAmount,
    end: () => socket.close(),
    send: (envelope) => {
      const held = socket.bufferedAmount;
      if (held > limits.buffered) return socket.terminate();
      full ||= held > 0;
      // With its head in one piece: `ws` writes each by itself, which costs the kernel and us as much again.
      if (socket.readyState !== socket.OPEN) return;
      if (uneven) sendUnevenly(socket, stream, envelope, uneven, sent);
      else stream.write(frameOf(envelope), sent);
      if (socket.bufferedAmount > limits.unread) socket.pause();
    },
  });
  const silence = setTimeout(() => socket.terminate(), limits.silence);
  socket.on('message', (data, binary) => {
    silence.refresh();
    if (!binary || !Buffer.isBuffer(data) || sessions.receive(data, sink) === 'unknown') {
      socket.close();
    }
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearTimeout(silence);
    sink.close();
  });
}

function frameOf(envelope: Uint8Array): Buffer {
  const { length } = envelope;
  const head = length < SHORT ? 2 : length < MEDIUM ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = BINARY;
  if (head === 2) frame[1] = length;
  else if (head === 4) {
    frame[1] = SHORT;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = SHORT + 1;
    frame.writeUInt32BE(0, 2);
    frame.writeUInt32BE(length, 6);
  }
  frame.set(envelope, head);
  return frame;
}
