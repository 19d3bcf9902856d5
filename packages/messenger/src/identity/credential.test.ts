import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { authenticationService } from './authentication-service.ts';
import { deviceCredential, seatCredential, signatureKey } from './credential.ts';
import { firstList } from './device-list.ts';
import { safetyNumber } from './safety-number.ts';

const key = (fill: number) => signatureKey(new Uint8Array(32).fill(fill));
const [root, device, seat, stranger] = [await key(1), await key(2), await key(3), await key(4)];
const list = await firstList(root, device.publicKey);
const ofDevice = deviceCredential(root.publicKey, list);
const inviter = { root: root.publicKey, list, device };
const ofSeat = await seatCredential(inviter, 1_800_000_000, seat.publicKey);

describe('the authentication service', () => {
  test('accepts a device that its list has, and a seat that such a device signed', async () => {
    expect(await authenticationService.accepts(ofDevice, device.publicKey)).toBe(true);
    expect(await authenticationService.accepts(ofSeat, seat.publicKey)).toBe(true);
  });

  test('refuses a credential beside any other signature key', async () => {
    expect(await authenticationService.accepts(ofDevice, stranger.publicKey)).toBe(false);
    expect(await authenticationService.accepts(ofSeat, device.publicKey)).toBe(false);
  });

  test('refuses a seat whose list another root signed', async () => {
    const foreign = await firstList(stranger, device.publicKey);
    const forged = await seatCredential({ ...inviter, list: foreign }, 9, seat.publicKey);
    expect(await authenticationService.accepts(forged, seat.publicKey)).toBe(false);
  });

  test('refuses whatever was changed in one byte, cut or prolonged', async () => {
    const cases = [
      [ofDevice, device.publicKey],
      [ofSeat, seat.publicKey],
    ] as const;
    for (const [credential, leafKey] of cases) {
      await fc.assert(
        fc.asyncProperty(
          fc.nat(credential.length - 1),
          fc.integer({ min: 1, max: 255 }),
          async (at, flip) => {
            const changed = credential.slice();
            changed[at] = (changed[at] ?? 0) ^ flip;
            expect(await authenticationService.accepts(changed, leafKey)).toBe(false);
            const cut = credential.slice(0, at);
            expect(await authenticationService.accepts(cut, leafKey)).toBe(false);
          },
        ),
        { numRuns: 40 },
      );
      const longer = Uint8Array.of(...credential, 0);
      expect(await authenticationService.accepts(longer, leafKey)).toBe(false);
    }
  });
});

describe('a safety number', () => {
  test('is of 60 digits, the same for both people, another for other people', async () => {
    const number = await safetyNumber(root.publicKey, stranger.publicKey);
    expect(number).toMatch(/^\d{60}$/);
    expect(await safetyNumber(stranger.publicKey, root.publicKey)).toBe(number);
    expect(await safetyNumber(root.publicKey, device.publicKey)).not.toBe(number);
  });
});
