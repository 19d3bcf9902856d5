/** What is framed, by whom, and what is signed of it (RFC 9420 sections 6 and 6.1). */
import type { Maybe, SignatureScheme } from '@polynya/crypto/primitives';
import {
  empty,
  enumeration,
  type Infer,
  opaque,
  select,
  struct,
  uint8,
  uint16,
  uint32,
  uint64,
} from '../codec/codec.ts';
import { Writer } from '../codec/writer.ts';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { refHash, signWithLabel, verifyWithLabel } from '../crypto/labels.ts';
import { commit } from '../group/commit.ts';
import { proposal } from '../group/proposal.ts';
import { type GroupContext, groupContext, MLS_10 } from '../schedule/group-context.ts';

export const wireFormat = enumeration(uint16, {
  publicMessage: 1,
  privateMessage: 2,
  welcome: 3,
  groupInfo: 4,
  keyPackage: 5,
});
export type WireFormat = Infer<typeof wireFormat>;

export const sender = select(
  'kind',
  enumeration(uint8, { member: 1, external: 2, newMemberProposal: 3, newMemberCommit: 4 }),
  {
    member: struct({ leafIndex: uint32 }),
    external: struct({ senderIndex: uint32 }),
    newMemberProposal: empty,
    newMemberCommit: empty,
  },
);
export type Sender = Infer<typeof sender>;

export const contentType = enumeration(uint8, { application: 1, proposal: 2, commit: 3 });

export const contents = {
  application: struct({ data: opaque }),
  proposal: struct({ proposal }),
  commit: struct({ commit }),
};
export const content = select('kind', contentType, contents);
export type Content = Infer<typeof content>;

export const framedContent = struct({
  groupId: opaque,
  epoch: uint64,
  sender,
  authenticatedData: opaque,
  body: content,
});
export type FramedContent = Infer<typeof framedContent>;

/** AuthenticatedContent: the confirmation tag is null exactly if the content is no Commit. */
export interface SignedContent {
  readonly wireFormat: WireFormat;
  readonly content: FramedContent;
  readonly signature: Uint8Array;
  readonly confirmationTag: Uint8Array | null;
}

const versionAndFormat = struct({ version: uint16, wireFormat });

/** FramedContentTBS. A new member's Commit is bound to the epoch too, by its GroupInfo. */
export function contentToSign(
  format: WireFormat,
  framed: FramedContent,
  context: GroupContext,
): Uint8Array {
  const { kind } = framed.sender;
  const bound = kind === 'member' || kind === 'newMemberCommit';
  const writer = new Writer(512);
  versionAndFormat.write(writer, { version: MLS_10, wireFormat: format });
  framedContent.write(writer, framed);
  if (bound) groupContext.write(writer, context);
  return writer.finish();
}

const LABEL = 'FramedContentTBS';

/** What verifying takes of a suite. */
interface Verifying {
  readonly signature: Pick<SignatureScheme, 'verify'>;
}

/** `context` is that of the epoch in which the content is sent, here and below. */
export function signContent(
  suite: CipherSuite,
  privateKey: Uint8Array,
  format: WireFormat,
  framed: FramedContent,
  context: GroupContext,
): Maybe<Uint8Array> {
  return signWithLabel(suite, privateKey, LABEL, contentToSign(format, framed, context));
}

export function isSignedContent(
  suite: Verifying,
  publicKey: Uint8Array,
  { wireFormat, content, signature }: Omit<SignedContent, 'confirmationTag'>,
  context: GroupContext,
): Maybe<boolean> {
  const toBeSigned = contentToSign(wireFormat, content, context);
  return verifyWithLabel(suite, publicKey, LABEL, toBeSigned, signature);
}

/** FramedContentAuthData */
export function writeAuthData(
  writer: Writer,
  { signature, confirmationTag }: Pick<SignedContent, 'signature' | 'confirmationTag'>,
): void {
  opaque.write(writer, signature);
  if (confirmationTag !== null) opaque.write(writer, confirmationTag);
}

/** AuthenticatedContent, of which references to proposals are made (section 5.2). */
export function encodeSignedContent(signed: SignedContent): Uint8Array {
  const writer = new Writer();
  wireFormat.write(writer, signed.wireFormat);
  framedContent.write(writer, signed.content);
  writeAuthData(writer, signed);
  return writer.finish();
}

/** ProposalRef */
export function proposalRef(suite: CipherSuite, signed: SignedContent): Uint8Array {
  return refHash(suite, 'MLS 1.0 Proposal Reference', encodeSignedContent(signed));
}
