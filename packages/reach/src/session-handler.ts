/** The port between sealed sessions and what answers requests: neither knows the other's business. */
import type { Cbor } from '@polynya/protocol/cbor';
import type { PushItem, Request } from '@polynya/protocol/requests';

/** Makes the logic of each new session. Knows nothing of envelopes, keys and connections. */
export interface SessionHandler {
  open(port: SessionPort): SessionLogic;
}

/** What a session's logic can do to its client. */
export interface SessionPort {
  /**
   * Sends it to the session's latest connection. May lose it: where a push cannot go, a nudge follows when there is
   * room; where a signal cannot go, nothing does. Of records that wait, the last goes.
   */
  push(item: PushItem): void;
  /** Bytes of pushes that wait for room. */
  backlog(): number;
  /** Whether a connection is there on which pushes can go at any time. */
  readonly connected: boolean;
}

export interface SessionLogic {
  /**
   * Answers one request with its encoded result (`results[op].encode`). The calls of one envelope are
   * handed over in order, in one turn, without waiting for each other's answers, so that an `open` must
   * hold for what comes after it at once. A ProtocolError is told to the client; any other error is a bug.
   */
  call(request: Request): Promise<Cbor>;
  /** The session is over: nothing more comes from it or reaches its client. */
  end(): void;
}
