/**
 * Evidence that a member said something: what was signed (RFC 9420 section 6.1) and the signature, apart from the
 * PrivateMessage whose keys are gone once it was opened. Whoever knows the member's signature key can check it.
 */
import { decode, encode, type Infer, opaque, struct, uint32 } from '../codec/codec.ts';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { isSignedContent, type SignedContent } from '../framing/framed-content.ts';
import { MlsError, violated } from '../mls-error.ts';
import { type GroupContext, groupContext } from '../schedule/group-context.ts';

const evidence = struct({
  context: groupContext,
  leafIndex: uint32,
  authenticatedData: opaque,
  data: opaque,
  signature: opaque,
});

export type Said = Omit<Infer<typeof evidence>, 'signature'>;

/** Of an application message; `context` is that of its epoch. */
export function evidenceOf(
  { content, signature }: SignedContent,
  context: GroupContext,
): Uint8Array {
  const { sender, body, authenticatedData } = content;
  if (sender.kind !== 'member' || body.kind !== 'application')
    throw new MlsError('invalid-argument');
  const { leafIndex } = sender;
  return encode(evidence, { context, leafIndex, authenticatedData, data: body.data, signature });
}

/**
 * What the holder of `signatureKey` said, in which epoch of which group, and from which leaf. Whose key that was there
 * is the caller's to know.
 * @throws MlsError `malformed`, `cannot-open` if it was not said so
 */
export async function verifyEvidence(
  suite: CipherSuite,
  signatureKey: Uint8Array,
  bytes: Uint8Array,
): Promise<Said> {
  const { signature, ...said } = decode(evidence, bytes);
  const { context, leafIndex, authenticatedData, data } = said;
  const content = {
    groupId: context.groupId,
    epoch: context.epoch,
    sender: { kind: 'member', leafIndex },
    authenticatedData,
    body: { kind: 'application', data },
  } as const;
  const signed = { wireFormat: 'privateMessage', content, signature } as const;
  if (!(await isSignedContent(suite, signatureKey, signed, context))) throw violated('signature');
  return said;
}
