/** PrivateMessage (RFC 9420 section 6.3): sealed content, and sealed apart from it who sent it. */
import { NONCE } from '@polynya/crypto/hpke-suite';
import {
  type Codec,
  decode,
  encode,
  type Infer,
  opaque,
  struct,
  uint32,
  uint64,
} from '../codec/codec.ts';
import { Reader } from '../codec/reader.ts';
import { Writer } from '../codec/writer.ts';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { expandWithLabel } from '../crypto/labels.ts';
import { attempt, MlsError } from '../mls-error.ts';
import type { MessageKey } from '../schedule/ratchet.ts';
import {
  type Content,
  contents,
  contentType,
  type SignedContent,
  writeAuthData,
} from './framed-content.ts';

const envelope = { groupId: opaque, epoch: uint64, contentType };

export const privateMessage = struct({
  ...envelope,
  authenticatedData: opaque,
  encryptedSenderData: opaque,
  ciphertext: opaque,
});
export type PrivateMessage = Infer<typeof privateMessage>;

const contentAad = struct({ ...envelope, authenticatedData: opaque });
const senderDataAad = struct(envelope);

const REUSE_GUARD = 4;
const reuseGuard: Codec<Uint8Array> = {
  write: (writer, value) => writer.bytes(value),
  read: (reader) => reader.bytes(REUSE_GUARD),
};

export const senderData = struct({ leafIndex: uint32, generation: uint32, reuseGuard });
export type SenderData = Infer<typeof senderData>;

/** Bytes of `encrypted_sender_data` in every suite: leaf, generation, guard, and an AEAD's tag. */
export const SEALED_SENDER_DATA = 4 + 4 + REUSE_GUARD + 16;

/** Section 6.3.2: the keys are drawn from a sample of the ciphertext, so that each message has its own. */
function senderDataKeys(suite: CipherSuite, secret: Uint8Array, ciphertext: Uint8Array) {
  const sample = ciphertext.subarray(0, suite.hash.size);
  return [
    expandWithLabel(suite, secret, 'key', sample, suite.aead.keySize),
    expandWithLabel(suite, secret, 'nonce', sample, NONCE),
  ] as const;
}

/** The nonce of a message, changed at random in case a generation was used twice by a device that lost its state. */
function guarded(nonce: Uint8Array, guard: Uint8Array): Uint8Array {
  return nonce.map((byte, at) => byte ^ (guard[at] ?? 0));
}

/** PrivateMessageContent, with `padding` zero bytes behind it. */
function encodeContent(signed: SignedContent, padding: number): Uint8Array {
  const { body } = signed.content;
  const writer = new Writer(256);
  (contents[body.kind] as Codec<Content>).write(writer, body);
  writeAuthData(writer, signed);
  writer.bytes(new Uint8Array(padding));
  return writer.finish();
}

/** Where a sealed message stands among its sender's: used once. */
export interface Generation {
  readonly leafIndex: number;
  readonly generation: number;
  readonly key: MessageKey;
}

/** `padding`: bytes. `guard`: 4 random bytes. */
export async function sealPrivate(
  suite: CipherSuite,
  senderDataSecret: Uint8Array,
  signed: SignedContent,
  { leafIndex, generation, key }: Generation,
  guard: Uint8Array,
  padding: number,
): Promise<PrivateMessage> {
  const { groupId, epoch, authenticatedData, body } = signed.content;
  const frame = { groupId, epoch, contentType: body.kind, authenticatedData };
  const aad = encode(contentAad, frame);
  const plaintext = encodeContent(signed, padding);
  const nonce = guarded(key.nonce, guard);
  const ciphertext = await suite.aead.seal(key.key, nonce, aad, plaintext);
  const encryptedSenderData = await suite.aead.seal(
    ...senderDataKeys(suite, senderDataSecret, ciphertext),
    encode(senderDataAad, frame),
    encode(senderData, { leafIndex, generation, reuseGuard: guard }),
  );
  return { ...frame, encryptedSenderData, ciphertext };
}

/** @throws MlsError `cannot-open`, `malformed` */
export async function openSenderData(
  suite: CipherSuite,
  senderDataSecret: Uint8Array,
  message: PrivateMessage,
): Promise<SenderData> {
  const opened = await attempt('cannot-open', () =>
    suite.aead.open(
      ...senderDataKeys(suite, senderDataSecret, message.ciphertext),
      encode(senderDataAad, message),
      message.encryptedSenderData,
    ),
  );
  return decode(senderData, opened);
}

/** The signature is not verified yet. @throws MlsError `cannot-open`, `malformed` */
export async function openPrivate(
  suite: CipherSuite,
  message: PrivateMessage,
  { leafIndex, reuseGuard }: SenderData,
  key: MessageKey,
): Promise<SignedContent> {
  const aad = encode(contentAad, message);
  const nonce = guarded(key.nonce, reuseGuard);
  const plaintext = await attempt('cannot-open', () =>
    suite.aead.open(key.key, nonce, aad, message.ciphertext),
  );
  const reader = new Reader(plaintext);
  const { groupId, epoch, authenticatedData, contentType: kind } = message;
  const body = { kind, ...contents[kind].read(reader) } as Content;
  const signature = opaque.read(reader);
  const confirmationTag = kind === 'commit' ? opaque.read(reader) : null;
  if (reader.bytes(reader.left).some((byte) => byte !== 0)) {
    throw new MlsError('malformed', 'padding that is not zero');
  }
  const sender = { kind: 'member', leafIndex } as const;
  const content = { groupId, epoch, sender, authenticatedData, body };
  return { wireFormat: 'privateMessage', content, signature, confirmationTag };
}
