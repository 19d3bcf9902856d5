/** An engine under measurement: the shape in which it is tested, and what it tells of itself. */
import type { PeerEngine, PeerMember } from '@polynya/mls/test/peers/peer';

export interface Sizes {
  /** The ratchet_tree extension (RFC 9420 section 12.4.3.3). */
  readonly tree: number;
  /** All that a member stores of a group. */
  readonly state: number;
}

export interface Subject {
  readonly engine: PeerEngine;
  sizes?(member: PeerMember): Sizes;
  /** Bytes that a member has to store after `change`, one Commit. */
  delta?(member: PeerMember, change: () => Promise<void>): Promise<number>;
  /** Bytes of a sealed message as it is stored and sent, where that is not an MLSMessage. */
  entry?(message: Uint8Array): number;
  /** Opens messages that came together, where an engine has a way to. */
  openTogether?(member: PeerMember, messages: readonly Uint8Array[]): Promise<void>;
  /** The signature scheme alone, as the engine has it, over as many bytes as a message of 100 B makes it sign. */
  readonly bare?: { sign(): unknown; verify(): unknown };
}
