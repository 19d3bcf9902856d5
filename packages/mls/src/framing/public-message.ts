/** PublicMessage (RFC 9420 section 6.2): signed, and by members tagged, but readable. */
import { EMPTY, sameSecret } from '@polynya/crypto/bytes';
import { type Codec, opaque } from '../codec/codec.ts';
import { Writer } from '../codec/writer.ts';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { violated } from '../mls-error.ts';
import type { GroupContext } from '../schedule/group-context.ts';
import {
  contentToSign,
  framedContent,
  type SignedContent,
  writeAuthData,
} from './framed-content.ts';

export interface PublicMessage extends SignedContent {
  readonly wireFormat: 'publicMessage';
  /** null exactly if the sender is no member. */
  readonly membershipTag: Uint8Array | null;
}

export const publicMessage: Codec<PublicMessage> = {
  write(writer, message) {
    framedContent.write(writer, message.content);
    writeAuthData(writer, message);
    if (message.membershipTag !== null) opaque.write(writer, message.membershipTag);
  },
  read(reader) {
    const content = framedContent.read(reader);
    return {
      wireFormat: 'publicMessage',
      content,
      signature: opaque.read(reader),
      confirmationTag: content.body.kind === 'commit' ? opaque.read(reader) : null,
      membershipTag: content.sender.kind === 'member' ? opaque.read(reader) : null,
    };
  },
};

/** MAC over AuthenticatedContentTBM */
function membershipTag(
  { hash }: CipherSuite,
  membershipKey: Uint8Array,
  signed: SignedContent,
  context: GroupContext,
): Uint8Array {
  const writer = new Writer();
  writer.bytes(contentToSign('publicMessage', signed.content, context));
  writeAuthData(writer, signed);
  return hash.hmac(membershipKey, writer.finish());
}

export function protectPublic(
  suite: CipherSuite,
  membershipKey: Uint8Array,
  signed: SignedContent,
  context: GroupContext,
): PublicMessage {
  const isMember = signed.content.sender.kind === 'member';
  const tag = isMember ? membershipTag(suite, membershipKey, signed, context) : null;
  return { ...signed, wireFormat: 'publicMessage', membershipTag: tag };
}

/** What a member sent was sent by a member. @throws MlsError, rule `membership-tag` */
export function verifyMembership(
  suite: CipherSuite,
  membershipKey: Uint8Array,
  message: PublicMessage,
  context: GroupContext,
): void {
  if (message.content.sender.kind !== 'member') return;
  const expected = membershipTag(suite, membershipKey, message, context);
  if (!sameSecret(expected, message.membershipTag ?? EMPTY)) throw violated('membership-tag');
}
