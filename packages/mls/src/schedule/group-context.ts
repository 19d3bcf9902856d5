/** GroupContext (RFC 9420 section 8.1): what all members of an epoch agree on. */
import { type Infer, opaque, struct, uint16, uint64, vector } from '../codec/codec.ts';
import { extension } from '../tree/extension.ts';

export const MLS_10 = 1;

export const groupContext = struct({
  version: uint16,
  cipherSuite: uint16,
  groupId: opaque,
  epoch: uint64,
  treeHash: opaque,
  confirmedTranscriptHash: opaque,
  extensions: vector(extension),
});
export type GroupContext = Infer<typeof groupContext>;
