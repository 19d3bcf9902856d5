/** Letters (docs/protocol.md section 7): sealed to a letter key, signed by a device, left in an inbox. */

import { ed25519 } from '@polynya/mls/ed25519';
import { concat, equal, utf8 } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import type { ContactCard } from '@polynya/protocol/content';
import { ENC } from '@polynya/protocol/envelope';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { bytes, type Infer, struct, variants } from '@polynya/protocol/schema';
import { hpkeOpen, hpkeSeal } from '@polynya/reach/hpke';
import type { World } from '../conversation/world.ts';
import { credentialHolds, decodeCredential } from '../identity/credential.ts';

const payloadCodec = variants('kind', {
  /** A WelcomePackage lies in the blob that `secret` names and opens; `ref` is the KeyPackage that was taken. */
  welcome: [0, { secret: bytes(32), ref: bytes(1, 64) }],
});
export type LetterPayload = Infer<typeof payloadCodec>;

const letterCodec = struct({
  root: bytes(32),
  device: bytes(32),
  credential: bytes(1, 512),
  payload: bytes(1, 16_384),
  signature: bytes(64),
});
const NOTHING = new Uint8Array(0);

/** Leaves a letter; a repeat under the same id leaves none more. @throws ProtocolError */
export async function writeLetter(
  world: Pick<World, 'self' | 'connection'>,
  card: ContactCard,
  id: Uint8Array,
  payload: LetterPayload,
): Promise<void> {
  const self = world.self();
  const encoded = encodeCbor(payloadCodec.encode(payload));
  const letter = letterCodec.encode({
    root: self.root.publicKey,
    device: self.device.publicKey,
    credential: self.credential,
    payload: encoded,
    signature: await self.sign(signedBytes(card.inbox, encoded)),
  });
  const info = letterInfo(card.inbox);
  const { enc, ct } = await hpkeSeal(card.letterKey, info, NOTHING, encodeCbor(letter));
  const log = world.connection.log(card.inbox, card.token);
  try {
    await log.append([{ id, epoch: 0, body: concat(enc, ct) }]);
  } finally {
    log.close();
  }
}

/** @throws ProtocolError 'malformed': not for this inbox, or not by whom it says */
export async function openLetter(
  letterSeed: Uint8Array,
  inbox: Uint8Array,
  body: Uint8Array,
): Promise<{ readonly root: Uint8Array; readonly payload: LetterPayload }> {
  const [enc, ct] = [body.slice(0, ENC), body.slice(ENC)];
  const plaintext = await hpkeOpen(letterSeed, letterInfo(inbox), NOTHING, enc, ct);
  const letter = letterCodec.decode(decodeCbor(plaintext));
  const { root, device, credential, payload, signature } = letter;
  const decoded = decodeCredential(credential);
  const signed =
    decoded.kind === 'device' &&
    equal(decoded.root, root) &&
    (await credentialHolds(decoded, device)) &&
    (await ed25519.verify(device, signedBytes(inbox, payload), signature));
  if (!signed) throw new ProtocolError('malformed', 'a letter not signed by its sender');
  return { root, payload: payloadCodec.decode(decodeCbor(payload)) };
}

function letterInfo(inbox: Uint8Array): Uint8Array {
  return concat(utf8('polynya letter'), inbox);
}

function signedBytes(inbox: Uint8Array, payload: Uint8Array): Uint8Array {
  return concat(utf8('polynya letter'), inbox, payload);
}
