/**
 * Other processes of the same server, each with sessions of its own, whose keys never leave it: what a load
 * balancer brings to the wrong one is handed on, sealed as it is.
 */
import type { Sink } from './sink.ts';

/** What takes envelopes: `ServerSessions.receive`, or what stands before it. */
export interface Receiver {
  receive(envelope: Uint8Array, sink: Sink): Promise<void> | 'unknown';
}

/** How a client's connection that ended up with a neighbour ends: 'refused' as by its own doing, 'broken' as when that died. */
export type LineEnd = 'refused' | 'broken';

export interface LineEvents {
  envelope(envelope: Uint8Array): void;
  end(why: LineEnd): void;
}

/** The part of one client's connection that leads to a neighbour. */
export interface NeighbourLine {
  /** May drop it, as carriers do. */
  send(envelope: Uint8Array): void;
  /** Whether more is taken from the neighbour for now. */
  pause(paused: boolean): void;
  close(): void;
}

export interface Neighbour {
  /** The answer to the body of a POST; 'unknown' if nothing in it is for that process, 'away' if it does not answer. */
  post(body: Uint8Array, signal: AbortSignal): Promise<Uint8Array | 'unknown' | 'away'>;
  /** Opens a line at once; what is sent before it stands waits. */
  line(events: LineEvents): NeighbourLine;
}

/**
 * The neighbour that a handle or the id of a record key belongs to; undefined for one of this process, and for
 * any other bytes. Sips of those are all for the same process, whichever `exchange` makes it.
 */
export type FindNeighbour = (prefix: Uint8Array, exchange?: Uint8Array) => Neighbour | undefined;
