/** What a connection is made of: whom to reach, by what, and what was learned before. */
import type { CarrierFactory, Meet } from '../carriers/carrier.ts';
import type { Clock, Random } from '../clock.ts';
import type { Openings } from './openings.ts';

export interface ServerAddress {
  /** The server's Ed25519 public key. */
  readonly identity: Uint8Array;
  /** URLs that lead to it, the best first. */
  readonly endpoints: readonly string[];
}

export interface ConnectionOptions {
  readonly address: ServerAddress;
  /** Tried in the order given. */
  readonly carriers: readonly CarrierFactory[];
  readonly clock: Clock;
  readonly random: Random;
  /** Of all who connect from here, if they are several. */
  readonly openings?: Openings | undefined;
  /** An access record that was saved. */
  readonly record?: Uint8Array;
  readonly saveRecord?: (record: Uint8Array) => void;
  /** The way that worked last on this network, as `saveWay` was given it: it is tried first. */
  readonly loadWay?: () => Promise<string | undefined>;
  /** Told whenever a session is had by a way, with a name of it that is good for keeping. */
  readonly saveWay?: (way: string) => void;
  /** Whether connections are known to freeze here: ways that open none go first then, and sips after them. */
  readonly freezes?: boolean;
  readonly versions?: readonly number[];
  /** Asks the server for a volunteer, if this client may: it does where nothing better than a poor way is had. */
  readonly meet?: Meet;
  /** Told of each offer that the server hands to this volunteer: its id (16 bytes) and the offer. */
  readonly onOffer?: (offer: Uint8Array) => void;
  /** Told of the record of endpoints that this client follows, whenever the server says another. */
  readonly onEndpoints?: (record: Uint8Array) => void;
}
