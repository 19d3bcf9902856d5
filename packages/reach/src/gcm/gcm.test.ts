import { createCipheriv, createDecipheriv } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { systemRandom } from '../clock.ts';
import { gates } from './aes-box.ts';
import { Gcm } from './gcm.ts';
import { GcmKey } from './key.ts';

const gcm = new Gcm();

/** By OpenSSL. */
function sealed(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array) {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

describe('AES-256-GCM', () => {
  test("gives the specification's test cases 13 to 16 (McGrew and Viega)", () => {
    const zeros = { key: new Uint8Array(32), nonce: new Uint8Array(12) };
    const none = new Uint8Array(0);
    const seal = (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, text: Uint8Array) =>
      Buffer.from(gcm.seal(new GcmKey(key.slice()), nonce, aad, text).subarray(12)).toString('hex');
    expect(seal(zeros.key, zeros.nonce, none, none)).toBe('530f8afbc74536b9a963b4f1c4cb738b');
    expect(seal(zeros.key, zeros.nonce, none, new Uint8Array(16))).toBe(
      'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919',
    );
    const key = hex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308');
    const nonce = hex('cafebabefacedbaddecaf888');
    const text = hex(
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255',
    );
    const ciphertext =
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad';
    expect(seal(key, nonce, none, text)).toBe(`${ciphertext}b094dac5d93471bdec1a502270e3cc6c`);
    const aad = hex('feedfacedeadbeeffeedfacedeadbeefabaddad2');
    expect(seal(key, nonce, aad, text.subarray(0, 60))).toBe(
      `${ciphertext.slice(0, 120)}76fc6ece0f4e1768cddf8853bb2d551b`,
    );
  });

  test('is that of OpenSSL at every length and alignment, both ways', () => {
    const lengths = [...Array(300).keys(), 879, 880, 895, 896, 897, 2_000, 65_000];
    for (const length of lengths) {
      const bytes = systemRandom(32);
      const key = new GcmKey(bytes.slice());
      const nonce = systemRandom(12);
      const aad = systemRandom(length % 70);
      // Numbers all of whose bits are set carry the furthest.
      const plaintext = length % 3 === 0 ? new Uint8Array(length).fill(255) : systemRandom(length);
      const wanted = sealed(bytes, nonce, aad, plaintext);
      const envelope = gcm.seal(key, nonce, aad, plaintext);
      expect(Buffer.compare(envelope, wanted)).toBe(0);
      const opened = gcm.open(key, nonce, aad, envelope.subarray(12));
      expect(opened && Buffer.compare(opened, plaintext)).toBe(0);
    }
  });

  test('opens nothing of which one bit was changed, cut off or added, nor under other data', () => {
    const key = new GcmKey(systemRandom(32));
    const nonce = systemRandom(12);
    const aad = systemRandom(16);
    const envelope = gcm.seal(key, nonce, aad, systemRandom(50)).subarray(12);
    for (let bit = 0; bit < envelope.length * 8; bit++) {
      const changed = envelope.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(gcm.open(key, nonce, aad, changed)).toBeNull();
    }
    for (let length = 0; length < envelope.length; length++) {
      expect(gcm.open(key, nonce, aad, envelope.subarray(0, length))).toBeNull();
    }
    expect(gcm.open(key, nonce, aad, new Uint8Array([...envelope, 0]))).toBeNull();
    expect(gcm.open(key, nonce, systemRandom(16), envelope)).toBeNull();
    expect(gcm.open(key, systemRandom(12), aad, envelope)).toBeNull();
    expect(gcm.open(key, nonce, aad, envelope)).not.toBeNull();
  });

  test('keeps messages apart: what was handed out does not change with the next', () => {
    const key = new GcmKey(systemRandom(32));
    const texts = Array.from({ length: 500 }, () => systemRandom(300));
    const all = texts.map((text) => gcm.seal(key, systemRandom(12), new Uint8Array(0), text));
    const opened = all.map((one) =>
      gcm.open(key, one.subarray(0, 12), new Uint8Array(0), one.subarray(12)),
    );
    expect(opened).toEqual(texts);
  });

  test('forgets a key that ends', () => {
    const bytes = systemRandom(32);
    const key = new GcmKey(bytes);
    const nonce = systemRandom(12);
    gcm.seal(key, nonce, new Uint8Array(0), systemRandom(20));
    expect(key.schedule.some((byte) => byte !== 0)).toBe(true);
    const { schedule } = key;
    key.end();
    expect([...bytes, ...schedule].every((byte) => byte === 0)).toBe(true);
  });

  test('seals and opens under each of many keys, of which only some have their schedule at a time', () => {
    const keys = Array.from({ length: 4_100 }, () => new GcmKey(systemRandom(32)));
    const nonce = systemRandom(12);
    const aad = new Uint8Array(0);
    const envelopes = keys.map((key) => gcm.seal(key, nonce, aad, hex('0102')));
    expect(keys.filter(({ schedule }) => schedule.length > 0).length).toBeLessThan(keys.length);
    for (const [i, key] of keys.entries()) {
      const sealed = envelopes[i]?.subarray(12) ?? aad;
      expect([...(gcm.open(key, nonce, aad, sealed) ?? [])]).toEqual([1, 2]);
    }
  });

  test('seals with the nonce in front, as clients read it', () => {
    const bytes = systemRandom(32);
    const nonce = systemRandom(12);
    const envelope = gcm.seal(new GcmKey(bytes.slice()), nonce, new Uint8Array(0), hex('0102'));
    const decipher = createDecipheriv('aes-256-gcm', bytes, envelope.subarray(0, 12));
    decipher.setAuthTag(envelope.subarray(-16));
    expect([...decipher.update(envelope.subarray(12, -16)), ...decipher.final()]).toEqual([1, 2]);
  });
});

describe("the S-box's circuit", () => {
  test('maps each byte to the inverse in GF(2^8), then affinely (FIPS 197 section 5.1.1)', () => {
    const times = (a: number, b: number): number => {
      let product = 0;
      for (let bit = 7; bit >= 0; bit--) {
        product = (product << 1) ^ (product & 0x80 ? 0x11b : 0) ^ ((b >> bit) & 1 ? a : 0);
      }
      return product;
    };
    for (let byte = 0; byte < 256; byte++) {
      const wires = new Map(Array.from({ length: 8 }, (_, i) => [`x${i}`, (byte >> (7 - i)) & 1]));
      for (const { out, a, b, and } of gates) {
        const [left = 0, right = 0] = [wires.get(a), wires.get(b)];
        wires.set(out, and ? left & right : left ^ right);
      }
      const found = Array.from({ length: 8 }, (_, i) => wires.get(`s${i}`) ?? 0);
      const image = found.reduce((sum, bit) => sum * 2 + bit, 0) ^ 0b0110_0011;
      let inverse = 1;
      for (let n = 0; n < 254; n++) inverse = times(inverse, byte);
      const turn = (by: number): number => ((inverse << by) | (inverse >> (8 - by))) & 255;
      expect(image).toBe(inverse ^ turn(1) ^ turn(2) ^ turn(3) ^ turn(4) ^ 0x63);
    }
  });
});
