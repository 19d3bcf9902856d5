/** A note, and a bundle of two parcels, one of which two keys open (docs/protocol.md section 10). */
import { ed25519 } from '@polynya/crypto/ed25519';
import { sealBundle } from '@polynya/messenger/carry/bundle';
import { encodeNote, encodeParcel, signedOf } from '@polynya/protocol/carried';
import { encodeMessage, type KnownContent } from '@polynya/protocol/content';

const fill = (value: number, length: number) => new Uint8Array(length).fill(value);

/** The file carried.json. */
export async function carried() {
  const [seed, log, id] = [fill(0x5e, 32), fill(0x10, 16), fill(0x1d, 16)];
  const body: KnownContent = { kind: 'text', text: 'the line is gone', reply: null, mentions: [] };
  const frame = { at: 1_790_000_000, seq: 8, hash: fill(0xa5, 6), authenticator: fill(0xe0, 4) };
  const message = encodeMessage({ ...frame, body });
  const signature = await ed25519.sign(seed, signedOf(log, { id, message }));
  const note = { id, device: await ed25519.publicKey(seed), message, signature };
  const parcels = [
    { keys: [fill(0x01, 32), fill(0x02, 32)], plain: encodeParcel([note]) },
    { keys: [fill(0x03, 32)], plain: encodeParcel([]) },
  ];
  // Each call of the same length gives another: the salt, the keys of the parcels, what fills the rest.
  let calls = 0;
  const random = (length: number) => fill(0xc0 + calls++, length);
  return {
    about:
      'Section 10. A note of this log, and a bundle whose first parcel holds it, opened by either key.',
    log,
    seed,
    note: { ...note, cbor: encodeNote(note) },
    parcels,
    bundle: await sealBundle(parcels, random),
  };
}
