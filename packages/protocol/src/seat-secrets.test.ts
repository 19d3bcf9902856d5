import { hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toHex } from './bytes.ts';
import { seatSecrets } from './seat-secrets.ts';
import { refusal } from './test/refusal.ts';

describe('the secrets of a seat', () => {
  const secret = new Uint8Array(32).fill(9);

  it('are HKDF-SHA256 of the invite secret, each under its own label', () => {
    const derived = (label: string) =>
      Buffer.from(hkdfSync('sha256', secret, '', `polynya seat ${label}`, 32)).toString('hex');
    const { admit, keys, blobId, read, drop, seal } = seatSecrets(secret);
    expect(toHex(admit)).toBe(derived('admit'));
    expect(toHex(keys)).toBe(derived('keys'));
    expect(toHex(blobId)).toBe(derived('blob').slice(0, 32));
    expect(toHex(read)).toBe(derived('read'));
    expect(toHex(drop)).toBe(derived('drop'));
    expect(toHex(seal)).toBe(derived('seal'));
  });

  it('come of 32 bytes and no other length', () => {
    expect(refusal(() => seatSecrets(new Uint8Array(31)))).toBe('malformed');
    expect(refusal(() => seatSecrets(new Uint8Array(33)))).toBe('malformed');
  });
});
