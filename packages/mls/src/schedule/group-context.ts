/** GroupContext (RFC 9420 section 8.1): what all members of an epoch agree on. */
import {
  type Codec,
  encode,
  type Infer,
  opaque,
  struct,
  uint16,
  uint64,
  vector,
} from '../codec/codec.ts';
import { extension } from '../tree/extension.ts';

export const MLS_10 = 1;

const fields = struct({
  version: uint16,
  cipherSuite: uint16,
  groupId: opaque,
  epoch: uint64,
  treeHash: opaque,
  confirmedTranscriptHash: opaque,
  extensions: vector(extension),
});
export type GroupContext = Infer<typeof fields>;

/** Of every message of an epoch its context is signed: encoded once. */
const encoded = new WeakMap<GroupContext, Uint8Array>();

export const groupContext: Codec<GroupContext> = {
  write(writer, context) {
    const bytes = encoded.get(context) ?? encode(fields, context);
    encoded.set(context, bytes);
    writer.bytes(bytes);
  },
  read: fields.read,
};
