/** message-protection.json: contents framed as PublicMessage and PrivateMessage, given and made anew. */
import { expect, test } from 'vitest';
import { type Codec, decode, encode } from '../../codec/codec.ts';
import type { CipherSuite } from '../../crypto/cipher-suite.ts';
import {
  type Content,
  contents,
  isSignedContent,
  type SignedContent,
  signContent,
} from '../../framing/framed-content.ts';
import { mlsMessage } from '../../framing/mls-message.ts';
import {
  openPrivate,
  openSenderData,
  type PrivateMessage,
  sealPrivate,
} from '../../framing/private-message.ts';
import { protectPublic, verifyMembership } from '../../framing/public-message.ts';
import { DEFAULT_LIMITS } from '../../schedule/ratchet.ts';
import { nextOf, take } from '../../schedule/secret-tree.ts';
import { bytes, hex, suiteOf, vectorsOf } from './vectors.ts';

interface Vector
  extends Readonly<
    Record<
      | 'group_id'
      | 'tree_hash'
      | 'confirmed_transcript_hash'
      | 'signature_priv'
      | 'signature_pub'
      | 'encryption_secret'
      | 'sender_data_secret'
      | 'membership_key'
      | Content['kind']
      | `${Content['kind']}_priv`
      | 'proposal_pub'
      | 'commit_pub',
      string
    >
  > {
  readonly cipher_suite: number;
  readonly epoch: number;
}

/** The sender of all messages of the file, in a group of two. */
const SENDER = 1;
const MEMBERS = 2;

const contextOf = (vector: Vector) => ({
  version: 1,
  cipherSuite: vector.cipher_suite,
  groupId: bytes(vector.group_id),
  epoch: BigInt(vector.epoch),
  treeHash: bytes(vector.tree_hash),
  confirmedTranscriptHash: bytes(vector.confirmed_transcript_hash),
  extensions: [],
});

const ratchetOf = (kind: Content['kind']) => (kind === 'application' ? 'application' : 'handshake');

const secretTreeOf = (vector: Vector) => ({
  root: bytes(vector.encryption_secret),
  leafCount: MEMBERS,
});

async function open(suite: CipherSuite, vector: Vector, message: PrivateMessage) {
  const sender = await openSenderData(suite, bytes(vector.sender_data_secret), message);
  expect(sender.leafIndex).toBe(SENDER);
  const ratchet = ratchetOf(message.contentType);
  const tree = secretTreeOf(vector);
  const { key } = take(suite, tree, SENDER, ratchet, sender.generation, DEFAULT_LIMITS, 0);
  return openPrivate(suite, message, sender, key);
}

/** That its signature holds, and what it says. */
async function read(suite: CipherSuite, vector: Vector, signed: SignedContent): Promise<string> {
  const publicKey = bytes(vector.signature_pub);
  expect(await isSignedContent(suite, publicKey, signed, contextOf(vector))).toBe(true);
  const { body } = signed.content;
  if (body.kind === 'application') return hex(body.data);
  return hex(encode(contents[body.kind] as Codec<Content>, body));
}

async function made(
  suite: CipherSuite,
  vector: Vector,
  kind: Content['kind'],
  format: 'publicMessage' | 'privateMessage',
) {
  const raw = bytes(vector[kind]);
  const body =
    kind === 'application'
      ? ({ kind, data: raw } as const)
      : ({ kind, ...decode(contents[kind] as Codec<object>, raw) } as Content);
  const sender = { kind: 'member', leafIndex: SENDER } as const;
  const { groupId, epoch } = contextOf(vector);
  const content = { groupId, epoch, sender, authenticatedData: bytes('abcd'), body };
  const key = bytes(vector.signature_priv);
  const signature = await signContent(suite, key, format, content, contextOf(vector));
  const confirmationTag = kind === 'commit' ? new Uint8Array(suite.hash.size) : null;
  return { wireFormat: format, content, signature, confirmationTag };
}

test.each(vectorsOf<Vector>('message-protection.json'))('suite $cipher_suite', async (vector) => {
  const suite = await suiteOf(vector.cipher_suite);
  const membershipKey = bytes(vector.membership_key);
  const context = contextOf(vector);

  for (const kind of ['proposal', 'commit'] as const) {
    const given = decode(mlsMessage, bytes(vector[`${kind}_pub`]));
    if (given.format !== 'publicMessage') throw new Error('a PublicMessage was expected');
    const own = protectPublic(
      suite,
      membershipKey,
      await made(suite, vector, kind, 'publicMessage'),
      context,
    );
    for (const message of [given.publicMessage, own]) {
      verifyMembership(suite, membershipKey, message, context);
      expect(await read(suite, vector, message)).toBe(vector[kind]);
      const other = { ...context, epoch: context.epoch + 1n };
      expect(() => verifyMembership(suite, membershipKey, message, other)).toThrow();
    }
  }

  for (const kind of ['proposal', 'commit', 'application'] as const) {
    const given = decode(mlsMessage, bytes(vector[`${kind}_priv`]));
    if (given.format !== 'privateMessage') throw new Error('a PrivateMessage was expected');
    const { generation, key } = nextOf(suite, secretTreeOf(vector), SENDER, ratchetOf(kind));
    const own = await sealPrivate(
      suite,
      bytes(vector.sender_data_secret),
      await made(suite, vector, kind, 'privateMessage'),
      { leafIndex: SENDER, generation, key },
      bytes('01020304'),
      100,
    );
    for (const message of [given.privateMessage, own]) {
      expect(await read(suite, vector, await open(suite, vector, message))).toBe(vector[kind]);
    }
  }
});
