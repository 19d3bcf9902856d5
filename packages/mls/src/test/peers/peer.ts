/**
 * One shape for every MLS engine that is tested or measured beside ours. What passes between members are
 * MLSMessages (RFC 9420 section 6) as bytes, so that engines meet on the wire and nowhere else.
 */

export interface PeerEngine {
  readonly name: 'polynya' | 'ts-mls' | 'core-crypto';
  /** Somebody with a basic credential and a fresh KeyPackage. */
  newcomer(identity: Uint8Array): Promise<Newcomer>;
}

export interface Newcomer {
  readonly identity: Uint8Array;
  /** mls_key_package. */
  readonly keyPackage: Uint8Array;
  create(groupId: Uint8Array): Promise<PeerMember>;
  /** By an mls_welcome with the tree in it. */
  join(welcome: Uint8Array): Promise<PeerMember>;
  /** By an mls_group_info with the tree and external_pub in it (RFC 9420 section 12.4.3.2). */
  joinExternally(groupInfo: Uint8Array): Promise<{ member: PeerMember; commit: Uint8Array }>;
}

export interface ContextExtension {
  readonly type: number;
  readonly data: Uint8Array;
}

/** A member, changed in place by what it does and sees; its own Commits count as accepted at once. */
export interface PeerMember {
  readonly engine: PeerEngine['name'];
  readonly identity: Uint8Array;
  epoch(): Promise<number>;
  /** RFC 9420 section 8.7. Absent where an engine does not tell it. */
  epochAuthenticator?(): Promise<Uint8Array>;
  /** MLS-Exporter (section 8.5), 32 bytes under `EXPORTER_LABEL` and an empty context. */
  exported(): Promise<Uint8Array>;
  add(keyPackages: readonly Uint8Array[]): Promise<{ commit: Uint8Array; welcome: Uint8Array }>;
  remove(identity: Uint8Array): Promise<Uint8Array>;
  update(): Promise<Uint8Array>;
  /** A GroupContextExtensions Commit. Absent where an engine makes none. */
  changeExtensions?(extensions: readonly ContextExtension[]): Promise<Uint8Array>;
  /** Another member's Commit or proposal. */
  process(message: Uint8Array): Promise<void>;
  seal(plaintext: Uint8Array): Promise<Uint8Array>;
  open(message: Uint8Array): Promise<Uint8Array>;
  /** mls_group_info with the tree and external_pub, of the current epoch. */
  groupInfo(): Promise<Uint8Array>;
}

/** An identity that every engine takes: core-crypto wants Wire's client ids, `user:device@domain`. */
export function identityOf(number: number): Uint8Array {
  const hex = number.toString(16);
  const user = `00000000-0000-4000-8000-${hex.padStart(12, '0')}`;
  return new TextEncoder().encode(`${user}:${hex}@example.org`);
}

/** The only one that core-crypto exports under. */
export const EXPORTER_LABEL = 'exporter';
