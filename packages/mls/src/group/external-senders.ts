/** external_senders (RFC 9420 section 12.1.8.1): who may propose changes to a group without being in it. */
import { decode, type Infer, opaque, struct, vector } from '../codec/codec.ts';
import { EXTENSION, type Extension, findExtension } from '../tree/extension.ts';
import { credential } from '../tree/leaf-node.ts';

const externalSender = struct({ signatureKey: opaque, credential });
export const externalSenders = vector(externalSender);
export type ExternalSender = Infer<typeof externalSender>;

/** @throws MlsError `malformed` */
export function externalSendersOf(extensions: readonly Extension[]): readonly ExternalSender[] {
  const data = findExtension(extensions, EXTENSION.externalSenders);
  return data === undefined ? [] : decode(externalSenders, data);
}
