/**
 * A way to move envelopes between a client and a server. It may lose, repeat and reorder them, and die
 * at any moment: nothing above it relies on more.
 */
import type { Openings } from '../client/openings.ts';

export type CarrierKind = 'websocket' | 'post' | (string & {});

/**
 * What an envelope is for: somebody waits to have it sent (`said`); something is looked up, and nobody does (`asked`); or its
 * answer may take long, so that nothing else is held back with it (`lingers`).
 */
export type Manner = 'said' | 'asked' | 'lingers';

/** Why a carrier died: nobody answered, what answered is not the server, or it was closed from here. */
export type CarrierEnd = 'lost' | 'refused' | 'closed';

export interface Carrier {
  readonly kind: CarrierKind;
  /** Whether the server can speak only in answer, so that a lingering request must be kept with it. */
  readonly polls: boolean;
  /** Whether it brings what it was given there and back, or dies: nothing need be asked again while it lives. */
  readonly sure?: boolean;
  /** Sends, or drops. @param manner default `said` */
  send(envelope: Uint8Array, manner?: Manner): void;
  /** Bytes that were given to `send` and have not left yet, as far as can be known. */
  backlog(): number;
  /** Set by whoever uses the carrier, before anything can arrive. */
  onEnvelope: (envelope: Uint8Array) => void;
  /** Called once, not after `close`. */
  onClose: (reason: CarrierEnd) => void;
  close(): void;
}

export interface CarrierFactory {
  readonly kind: CarrierKind;
  /** Whether one carrier goes by all endpoints at once, which are given with a space between. */
  readonly spreads?: boolean;
  /** Whether it goes to an endpoint; when absent, to URLs of the web without a `#`. */
  readonly takes?: (endpoint: string) => boolean;
  /** Whether it opens no connection of TCP: networks freeze those, and count them. */
  readonly datagrams?: boolean;
  /** Whether it is tried only when nothing else passes. */
  readonly last?: boolean;
  /**
   * Opens a carrier to an endpoint. Rejects if that is not possible, or with
   * the signal's reason. Whoever connects again and again notes it in `openings`.
   */
  open(endpoint: string, signal: AbortSignal, openings?: Openings): Promise<Carrier>;
  /**
   * Opens a carrier to somebody whom the server brings in by `meet`: for who has a line, but a poor one. `stun`: URLs
   * (RFC 7064) by which a page learns where it is.
   */
  readonly meets?: (meet: Meet, stun: readonly string[], signal: AbortSignal) => Promise<Carrier>;
}

/** Hands an offer to somebody whom the server chooses, and answers theirs. */
export type Meet = (offer: Uint8Array) => Promise<Uint8Array>;

/** Whether an endpoint is a URL of the web and no more, which any browser can go to. */
export function isPlain(endpoint: string): boolean {
  return !endpoint.includes('#') && !endpoint.startsWith('stun:');
}

/** The hash of the certificate that an endpoint shows, in base64url, if it says so (docs/protocol.md section 2). */
export function pinOf(endpoint: string): string | undefined {
  return /#sha256=([\w-]{43})$/.exec(endpoint)?.[1];
}

/** Those of a server's endpoints at which STUN is answered. */
export function stunAmong(endpoints: readonly string[]): string[] {
  return endpoints.filter((endpoint) => /^stun:[\w.:[\]]+$/.test(endpoint));
}
