import { generateKeyPairSync, sign, verify } from 'node:crypto';
import * as cborg from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AccessRecordBody,
  decodeAccessRecord,
  decodeAccessRecordBody,
  encodeAccessRecord,
  encodeAccessRecordBody,
  recordSignedBytes,
} from './access-record.ts';
import { encodeCbor } from './cbor.ts';
import { damaged } from './test/arbitrary.ts';
import { refusal } from './test/refusal.ts';

const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const safe = fc.maxSafeNat();
const bodies: fc.Arbitrary<AccessRecordBody> = fc.record({
  version: fc.constant(1),
  identity: exactly(32),
  serial: safe,
  issued: safe,
  until: safe,
  keys: fc.array(fc.record({ key: exactly(1_216), until: safe }), { maxLength: 4 }),
  endpoints: fc.array(fc.webUrl({ size: 'small' }), { maxLength: 16 }),
});
const body: AccessRecordBody = {
  version: 1,
  identity: new Uint8Array(32),
  serial: 1,
  issued: 2,
  until: 3,
  keys: [{ key: new Uint8Array(1_216), until: 3 }],
  endpoints: ['https://host.example/s'],
};

describe('an access record', () => {
  it('comes back as it was, with a signature that Node verifies over the prefixed body', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    fc.assert(
      fc.property(bodies, (value) => {
        const encoded = encodeAccessRecordBody(value);
        const signature = new Uint8Array(sign(null, recordSignedBytes(encoded), privateKey));
        const record = decodeAccessRecord(encodeAccessRecord({ body: encoded, signature }));
        const signed = Buffer.concat([Buffer.from('polynya access record'), record.body]);
        expect(verify(null, signed, publicKey, record.signature)).toBe(true);
        expect(decodeAccessRecordBody(record.body)).toEqual(value);
      }),
      { numRuns: 30 },
    );
  });

  it('is the CBOR of docs/protocol.md section 2', () => {
    fc.assert(
      fc.property(bodies, (value) => {
        const keys = value.keys.map(({ key, until }) => [key, until]);
        const { version, identity, serial, issued, until, endpoints } = value;
        const fields = [version, identity, serial, issued, until, keys, endpoints];
        expect(encodeAccessRecordBody(value)).toEqual(new Uint8Array(cborg.encode(fields)));
      }),
      { numRuns: 30 },
    );
  });

  it('of another version is refused as such', () => {
    expect(refusal(() => decodeAccessRecordBody(encodeCbor([2, 'all different'])))).toBe('version');
    const later = encodeAccessRecordBody({ ...body, version: 2 });
    expect(refusal(() => decodeAccessRecordBody(later))).toBe('version');
  });

  it.each([
    ['a key of 1,215 bytes', { keys: [{ key: new Uint8Array(1_215), until: 0 }] }],
    ['5 keys', { keys: new Array(5).fill(body.keys[0]) }],
    ['17 endpoints', { endpoints: new Array(17).fill('http://a') }],
    ['an endpoint of 513 letters', { endpoints: ['a'.repeat(513)] }],
    ['an identity of 31 bytes', { identity: new Uint8Array(31) }],
  ])('with %s is malformed', (_, change) => {
    expect(refusal(() => encodeAccessRecordBody({ ...body, ...change }))).toBe('malformed');
  });

  it('fills its greatest size with 4 keys and 16 endpoints of 512 letters', () => {
    const most: AccessRecordBody = {
      ...body,
      keys: new Array(4).fill(body.keys[0]),
      endpoints: new Array(16).fill('я'.repeat(512)),
    };
    const encoded = encodeAccessRecordBody(most);
    const record = encodeAccessRecord({ body: encoded, signature: new Uint8Array(64) });
    expect(decodeAccessRecordBody(decodeAccessRecord(record).body)).toEqual(most);
  });

  it('that was damaged is refused or decodes, and throws nothing else', () => {
    fc.assert(
      fc.property(damaged(bodies.map(encodeAccessRecordBody)), (encoded) => {
        const outcome = refusal(() => decodeAccessRecordBody(encoded));
        expect(['accepted', 'malformed', 'version']).toContain(outcome);
        expect(['accepted', 'malformed']).toContain(refusal(() => decodeAccessRecord(encoded)));
      }),
    );
  });
});
