/** An engine under measurement: the shape in which it is tested, and what it tells of sizes. */
import type { PeerEngine, PeerMember } from '@polynya/mls/test/peers/peer';

export interface Sizes {
  /** The ratchet_tree extension (RFC 9420 section 12.4.3.3). */
  readonly tree: number;
  /** All that a member stores of a group. */
  readonly state: number;
}

export interface Subject {
  readonly engine: PeerEngine;
  /** Who makes the KeyPackages of those who never act. Default: the engine itself. */
  readonly keyPackage?: Pick<PeerEngine, 'newcomer'>;
  sizes?(member: PeerMember): Sizes;
  /** Bytes that a member has to store after `change`, one Commit. */
  delta?(member: PeerMember, change: () => Promise<void>): Promise<number>;
  /** Bytes of a sealed message as it is stored and sent, where that is not an MLSMessage. */
  entry?(message: Uint8Array): number;
  /** Two members of a group of `n` in which every parent node has a key. */
  warm?(n: number): Promise<readonly [PeerMember, PeerMember]>;
}

/** Suites by what they are made of. All sign by Ed25519. */
export type SuiteName = 'X25519-AES128-SHA256' | 'XWING-AES128-SHA256' | 'XWING-AES256-SHA512';
