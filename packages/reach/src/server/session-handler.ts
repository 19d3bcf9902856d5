/** The port between sealed sessions and what answers requests: neither knows the other's business. */
import type { Cbor } from '@polynya/protocol/cbor';
import type { ProtocolError } from '@polynya/protocol/protocol-error';
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

/** How a request ended: its encoded result, a refusal that is told to the client, or a bug. */
export type Outcome = Cbor | ProtocolError | Error;

export interface SessionLogic {
  /**
   * Answers one request: `answered` is called once, with the encoded result (`results[op].encode`) or an error, and
   * not by way of promises, of which each costs as much as a step of the work. The calls of one envelope are handed
   * over in order, in one turn, without waiting for each other's answers, so that an `open` must hold for what comes
   * after it at once.
   */
  call(request: Request, answered: (outcome: Outcome) => void): void;
  /** The session is over: nothing more comes from it or reaches its client. */
  end(): void;
}
