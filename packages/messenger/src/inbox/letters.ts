/**
 * Letters (docs/protocol.md section 7): sealed to a KeyPackage that was taken from the receiver's stock, signed by
 * a device, left in an inbox.
 */

import { ed25519 } from '@polynya/crypto/ed25519';
import type { Engine, OwnKeyPackage } from '@polynya/mls/engine';
import { concat, equal, utf8 } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { type ContactCard, contactCard } from '@polynya/protocol/content';
import type { DeviceList } from '@polynya/protocol/device-list';
import { LIMITS } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { bytes, type Infer, struct, uint, variants } from '@polynya/protocol/schema';
import type { World } from '../conversation/world.ts';
import { credentialHolds, decodeCredential } from '../identity/credential.ts';
import type { Self } from '../identity/self.ts';
import { askToWake } from '../push/wake.ts';
import { REF } from './key-packages.ts';

const payloadCodec = variants('kind', {
  /** A WelcomePackage for the KeyPackage that the letter is sealed to lies in the blob of this secret. */
  welcome: [0, { secret: bytes(32) }],
  /** The same, of a branch: the Commit at `seq` of `log` is one that no member follows. */
  refound: [1, { log: bytes(16), seq: uint(), secret: bytes(32) }],
  /** The sender lost its state of a conversation behind `seq`, and asks to be let in again by this KeyPackage. */
  rejoin: [2, { log: bytes(16), seq: uint(), keyPackage: bytes(1, LIMITS.keyPackage) }],
  /** The sender lost every device, and asks to be let in by this KeyPackage; the answer goes to `card`. */
  recover: [3, { log: bytes(16), keyPackage: bytes(1, LIMITS.keyPackage), card: contactCard }],
});
export type LetterPayload = Infer<typeof payloadCodec>;

const letterCodec = struct({
  root: bytes(32),
  device: bytes(32),
  credential: bytes(1, LIMITS.credential),
  payload: bytes(1, 16_384),
  signature: bytes(64),
});
/** Of the seal (RFC 9420 section 5.1.3). */
const LABEL = 'polynya letter';

/** The device that wrote a letter, and its person's list as that knew it. */
export interface Writer {
  readonly root: Uint8Array;
  readonly device: Uint8Array;
  readonly list: DeviceList;
}

/** Where a letter goes, and the KeyPackage that was taken for it. */
export interface Addressee {
  readonly root: Uint8Array;
  readonly card: ContactCard;
  readonly keyPackage: Uint8Array;
  readonly ref: Uint8Array;
}

/**
 * Leaves a letter; a repeat under the same id leaves none more. Who is brought into a chat is told of it while away.
 * @throws ProtocolError, MlsError
 */
export async function writeLetter(
  world: Pick<World, 'self' | 'connection' | 'engine'>,
  to: Addressee,
  id: Uint8Array,
  payload: LetterPayload,
): Promise<void> {
  const { connection, engine } = world;
  const self = world.self();
  const body = await sealLetter(engine, self, to, payload);
  const log = connection.log(to.card.inbox, to.card.token);
  try {
    const left = log.append([{ id, epoch: 0, body }]);
    if (payload.kind === 'welcome' && !equal(to.root, self.root)) askToWake(log, []);
    await left;
  } finally {
    log.close();
  }
}

export async function sealLetter(
  engine: Engine,
  self: Pick<Self, 'root' | 'device' | 'credential' | 'sign'>,
  { card, keyPackage, ref }: Omit<Addressee, 'root'>,
  payload: LetterPayload,
): Promise<Uint8Array> {
  const encoded = encodeCbor(payloadCodec.encode(payload));
  const letter = letterCodec.encode({
    root: self.root,
    device: self.device.publicKey,
    credential: self.credential,
    payload: encoded,
    signature: await self.sign(signedBytes(card.inbox, encoded)),
  });
  const sealed = await engine.sealTo(keyPackage, LABEL, card.inbox, encodeCbor(letter));
  return concat(ref.slice(0, REF), sealed);
}

/** The beginning of the ref of the KeyPackage that a letter is sealed to. */
export function letterRef(body: Uint8Array): Uint8Array {
  return body.slice(0, REF);
}

/** @throws MlsError: it does not open; ProtocolError 'malformed': not by whom it says */
export async function openLetter(
  engine: Engine,
  own: OwnKeyPackage,
  inbox: Uint8Array,
  body: Uint8Array,
): Promise<{ readonly from: Writer; readonly payload: LetterPayload }> {
  const plaintext = await engine.openSealed(own, LABEL, inbox, body.slice(REF));
  const letter = letterCodec.decode(decodeCbor(plaintext));
  const { root, device, credential, payload, signature } = letter;
  const decoded = decodeCredential(credential);
  const signed =
    decoded.kind === 'device' &&
    equal(decoded.root, root) &&
    (await credentialHolds(decoded, device)) &&
    (await ed25519.verify(device, signedBytes(inbox, payload), signature));
  if (!signed) throw new ProtocolError('malformed', 'a letter not signed by its sender');
  const from = { root, device, list: decoded.list };
  return { from, payload: payloadCodec.decode(decodeCbor(payload)) };
}

function signedBytes(inbox: Uint8Array, payload: Uint8Array): Uint8Array {
  return concat(utf8('polynya letter'), inbox, payload);
}
