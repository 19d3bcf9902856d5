/** A server's sessions over WebRTC-Direct: what is not for them is answered by closing, as on a WebSocket. */
import type { Clock } from '../../clock.ts';
import type { ServerSessions } from '../../server/server-sessions.ts';
import { Sink } from '../../server/sink.ts';
import type { ChannelCarrier } from './channel.ts';

export interface DirectLimits {
  /** Bytes held for a client beyond which what it asks is dropped, for it cannot be told to wait. */
  readonly unread: number;
  /** Bytes held for a client that does not read, beyond which it is cut off. */
  readonly buffered: number;
  /** A connection on which nothing is heard for so long is cut off, in ms. */
  readonly silence: number;
}

const DEFAULT_DIRECT_LIMITS: DirectLimits = {
  unread: 1_572_864,
  buffered: 8_388_608,
  silence: 120_000,
};

/** Serves one connection until it closes. */
export function acceptDirect(
  carrier: ChannelCarrier,
  sessions: Pick<ServerSessions, 'receive'>,
  clock: Pick<Clock, 'setTimeout'>,
  limits: DirectLimits = DEFAULT_DIRECT_LIMITS,
): void {
  const sink = new Sink({
    standing: true,
    backlog: () => carrier.backlog(),
    send: (envelope) => {
      if (carrier.backlog() > limits.buffered) return end();
      carrier.send(envelope);
    },
  });
  let spoken = clock.setTimeout(() => end(), limits.silence);
  const closed = (): void => {
    spoken();
    sink.close();
  };
  const end = (): void => {
    carrier.close();
    closed();
  };
  carrier.onClose = closed;
  carrier.onDrained = () => sink.drained();
  carrier.onEnvelope = (envelope) => {
    spoken();
    spoken = clock.setTimeout(() => end(), limits.silence);
    if (carrier.backlog() > limits.unread) return;
    if (sessions.receive(envelope, sink) === 'unknown') end();
  };
}
