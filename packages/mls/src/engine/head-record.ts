/** What a stored group holds beside its tree and its ratchets: one record, which changes with the epoch. */
import {
  decode,
  empty,
  encode,
  enumeration,
  type Infer,
  opaque,
  optional,
  select,
  struct,
  uint8,
  uint16,
  uint32,
  uint64,
  vector,
} from '../codec/codec.ts';
import { MlsError } from '../mls-error.ts';
import { groupContext } from '../schedule/group-context.ts';
import { leafNode } from '../tree/leaf-node.ts';

/** Of this engine's records. Another one is refused, not guessed at. */
const VERSION = 1;

/** Of a past epoch: its secrets, and the leaves in which its tree differs from that of the epoch after. */
export const pastRecord = struct({
  context: groupContext,
  senderDataSecret: opaque,
  resumptionPsk: opaque,
  leafCount: uint32,
  until: uint64,
  leaves: vector(struct({ leafIndex: uint32, leafNode: optional(leafNode) })),
});
export type PastRecord = Infer<typeof pastRecord>;

/** A member's private part. */
const membership = select('is', enumeration(uint8, { removed: 0, member: 1 }), {
  removed: empty,
  member: struct({
    senderDataSecret: opaque,
    resumptionPsk: opaque,
    secrets: struct({
      exporterSecret: opaque,
      externalSecret: opaque,
      confirmationKey: opaque,
      membershipKey: opaque,
      epochAuthenticator: opaque,
      initSecret: opaque,
    }),
    interimTranscriptHash: opaque,
    signaturePrivateKey: opaque,
    privatePath: vector(struct({ node: uint32, privateKey: opaque })),
    past: vector(pastRecord),
  }),
});

const head = struct({
  context: groupContext,
  confirmationTag: opaque,
  epochAuthenticator: opaque,
  ownLeaf: uint32,
  treeLevel: uint8,
  leafCount: uint32,
  membership,
});
export type Head = Infer<typeof head>;

const versioned = struct({ version: uint16, head });

export const encodeHead = (value: Head): Uint8Array =>
  encode(versioned, { version: VERSION, head: value });

/** @throws MlsError `malformed`, `other-version` */
export function decodeHead(bytes: Uint8Array | undefined): Head {
  if (bytes === undefined) throw new MlsError('other-version', 'no group that this version stored');
  if (bytes.length < 2) throw new MlsError('malformed');
  if ((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0) !== VERSION) throw new MlsError('other-version');
  return decode(versioned, bytes).head;
}
