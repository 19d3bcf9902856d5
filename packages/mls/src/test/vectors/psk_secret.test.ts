/** psk_secret.json: external pre-shared keys, several in one secret (RFC 9420 section 8.4). */
import { expect, test } from 'vitest';
import { pskSecret } from '../../schedule/psk.ts';
import { bySuite, bytes, hex, suiteOf } from './vectors.ts';

interface Vector {
  readonly cipher_suite: number;
  readonly psks: readonly { psk_id: string; psk: string; psk_nonce: string }[];
  readonly psk_secret: string;
}

test.each(bySuite<Vector>('psk_secret.json'))('suite $suiteId', async ({ suiteId, vectors }) => {
  const suite = await suiteOf(suiteId);
  for (const { psks, psk_secret } of vectors) {
    const keys = psks.map(({ psk_id, psk, psk_nonce }) => ({
      id: { kind: 'external' as const, pskId: bytes(psk_id), pskNonce: bytes(psk_nonce) },
      psk: bytes(psk),
    }));
    expect(hex(pskSecret(suite, keys))).toBe(psk_secret);
  }
});
