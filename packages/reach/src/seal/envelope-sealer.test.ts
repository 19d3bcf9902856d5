import { encodeCbor } from '@polynya/protocol/cbor';
import { OVERHEAD, padme, unpad } from '@polynya/protocol/envelope';
import { expect, test } from 'vitest';
import { systemRandom } from '../clock.ts';
import { GcmKey } from '../gcm/key.ts';
import { EnvelopeSealer } from './envelope-sealer.ts';
import { openGcm } from './hpke-recipient.ts';

const key = systemRandom(32);
const keyId = systemRandom(16);
const sealer = new EnvelopeSealer(systemRandom);

/** What a client reads. */
function opened(envelope: Uint8Array, aad: Uint8Array) {
  const plaintext = openGcm(key, envelope.subarray(0, 12), envelope.subarray(12), aad);
  return plaintext && unpad(plaintext);
}

test.each([0, 1, 200, 228, 229, 5_000])(
  '%d bytes in parts open as one, in an envelope of a padded length',
  (length) => {
    const item = [systemRandom(length), 7];
    const value = [9, [item]];
    const encoded = encodeCbor(item);
    const parts = [encoded.subarray(0, 1), encoded.subarray(1)];
    for (const aad of [new Uint8Array(0), keyId]) {
      const envelope = sealer.seal(new GcmKey(key), aad, OVERHEAD.down, [9], [parts]);
      expect(opened(envelope, aad)).toEqual(value);
      expect(envelope.length).toBe(padme(OVERHEAD.down + encodeCbor(value).length));
    }
  },
);

test('nothing of a longer envelope before it is left in the padding, and no nonce comes twice', () => {
  sealer.seal(new GcmKey(key), keyId, OVERHEAD.down, [systemRandom(5_000)], []);
  const envelopes = Array.from({ length: 1_000 }, () =>
    sealer.seal(new GcmKey(key), keyId, OVERHEAD.down, [1], []),
  );
  for (const envelope of envelopes) expect(opened(envelope, keyId)).toEqual([1, []]);
  const nonces = envelopes.map((one) => Buffer.from(one.subarray(0, 12)).toString('hex'));
  expect(new Set(nonces).size).toBe(envelopes.length);
});
