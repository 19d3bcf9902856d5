/** The files of vectors/ are what the code makes, and what Node's crypto and cborg make of the same fields. */
import {
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  sign,
  verify,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { listHolds } from '@polynya/messenger/identity/device-list';
import { decodeCbor } from '@polynya/protocol/cbor';
import { deviceList } from '@polynya/protocol/device-list';
import { orNull } from '@polynya/protocol/schema';
import { hpkeOpen, hpkePublicKey } from '@polynya/reach/seal/hpke';
import * as cborg from 'cborg';
import { describe, expect, it } from 'vitest';
import { vectorFiles } from './vectors.ts';

const folder = new URL('../vectors/', import.meta.url);
const fromHex = (hex: string) => Buffer.from(hex, 'hex');
const sha256 = (...parts: (Uint8Array | string)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');
const CBORG = { strict: true, useMaps: true, rejectDuplicateMapKeys: true, allowIndefinite: false };

/** A file of vectors/ as JSON gives it; the shape is the one that the test reads. */
function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T;
}

/** The fields of a struct as they travel: objects become arrays of their fields, in order. */
function asArrays(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(asArrays);
  return typeof json === 'object' && json !== null ? Object.values(json).map(asArrays) : json;
}

const CONTENTS =
  'text edit delete react file receipt title admin leave profile devices own carried wrapped timer poll vote close record silent pin'.split(
    ' ',
  );
const NOTES = 'device name block backup marks draft folders request compared'.split(' ');

/** The same of contents and notes: their names become the numbers of section 8. */
function numbered(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(numbered);
  if (typeof json !== 'object' || json === null) return json;
  const { kind, note } = json as { kind?: unknown; note?: unknown };
  const [first, ...rest] = Object.values(json).map(numbered);
  if (typeof kind === 'string') return [CONTENTS.indexOf(kind), ...rest];
  if (typeof note === 'string') return [NOTES.indexOf(note), ...rest];
  return [first, ...rest];
}

/** CBOR by cborg, with byte strings in hex. */
function read(hex: string): unknown {
  const plain = (value: unknown): unknown => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
    return Array.isArray(value) ? value.map(plain) : value;
  };
  return plain(cborg.decode(fromHex(hex), CBORG));
}

/** Hex becomes byte strings again. */
function inBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inBytes);
  return typeof value === 'string' ? fromHex(value) : value;
}

function concatenated(...parts: Uint8Array[]): Buffer {
  return Buffer.concat(parts);
}

describe('vectors/', () => {
  it('holds what the code makes, byte for byte; `node scripts/vectors.ts` writes it', async () => {
    for (const [name, content] of await vectorFiles()) {
      expect(readFileSync(new URL(name, folder), 'utf8'), name).toBe(content);
    }
  });

  it('cbor.json: cborg reads each valid encoding and writes it again', () => {
    const { valid } = vectors<{ valid: { hex: string; value: string }[] }>('cbor.json');
    for (const { hex, value } of valid) {
      // cborg drops a byte order mark at the start of a text.
      if (value.startsWith('"\\ufeff')) continue;
      const decoded: unknown = cborg.decode(fromHex(hex), CBORG);
      expect(Buffer.from(cborg.encode(decoded)).toString('hex')).toBe(hex);
      if (!/[h{]/.test(value)) expect(decoded).toEqual(JSON.parse(value));
    }
  });

  it('padme.json: each length is the formula of the PURBs paper', () => {
    const { lengths } = vectors<{ lengths: { length: number; padded: number }[] }>('padme.json');
    for (const { length, padded } of lengths) {
      const least = Math.max(length, 256);
      const exponent = Math.floor(Math.log2(least));
      const mask = 2 ** (exponent - Math.floor(Math.log2(exponent)) - 1) - 1;
      expect(padded).toBe((least + mask) & ~mask);
    }
  });

  it('requests.json: cborg reads the fields, in their order', () => {
    const { requests, items } = vectors<{
      requests: { request: { op: string }; call: string; result: object; answer: string }[];
      items: { value: { item: string }; cbor: string }[];
    }>('requests.json');
    requests.forEach(({ request, call, result, answer }, i) => {
      const { op, ...fields } = request;
      expect(read(call), op).toEqual([1, [i + 1, ...(asArrays(fields) as unknown[])]]);
      expect(read(answer), op).toEqual(asArrays(result));
    });
    items.forEach(({ value, cbor }, i) => {
      const { item, ...fields } = value;
      expect(read(cbor), item).toEqual([i, ...(asArrays(fields) as unknown[])]);
    });
  });

  it('running-hash.json: Node hashes each step to the same', () => {
    const { log, start, steps } = vectors<{
      log: string;
      start: string;
      steps: { entry: object; cbor: string; hash: string }[];
    }>('running-hash.json');
    expect(start).toBe(sha256('polynya log', fromHex(log)));
    let before = start;
    for (const { entry, cbor, hash } of steps) {
      expect(read(cbor)).toEqual(asArrays(entry));
      expect(hash).toBe(sha256(fromHex(before), fromHex(cbor)));
      before = hash;
    }
  });

  it('invite-link.json: cborg reads the fields out of each payload', () => {
    const { invites } = vectors<{
      invites: { invite: { kind: string }; payload: string }[];
    }>('invite-link.json');
    invites.forEach(({ invite, payload }, i) => {
      const { kind, ...fields } = invite;
      const hex = Buffer.from(payload, 'base64url').toString('hex');
      expect(read(hex), kind).toEqual([i, 1, ...(asArrays(fields) as unknown[])]);
    });
  });

  it('seat-secrets.json: Node derives the same', () => {
    const { seats } = vectors<{ seats: Record<string, string>[] }>('seat-secrets.json');
    for (const { secret = '', ...derived } of seats) {
      for (const [name, value] of Object.entries(derived)) {
        const info = `polynya seat ${name === 'blobId' ? 'blob' : name}`;
        const bytes = hkdfSync('sha256', fromHex(secret), '', info, value.length / 2);
        expect(value, name).toBe(Buffer.from(bytes).toString('hex'));
      }
    }
  });

  it('device-list.json: Node hashes and verifies each entry', () => {
    const { root, generation, steps } = vectors<{
      root: string;
      generation: number;
      steps: { entry: { signature: string }; signer: string; signed: string; hash: string }[];
    }>('device-list.json');
    const count = Buffer.alloc(8);
    count.writeBigUInt64BE(BigInt(generation));
    let before = sha256('polynya device list', fromHex(root), count);
    for (const { entry, signer, signed, hash } of steps) {
      const { signature, ...said } = entry;
      const label = Buffer.from('polynya device list entry');
      const bytes = concatenated(label, fromHex(before), cborg.encode(inBytes(asArrays(said))));
      expect(signed).toBe(bytes.toString('hex'));
      const key = createPublicKey({
        key: concatenated(fromHex('302a300506032b6570032100'), fromHex(signer)),
        format: 'der',
        type: 'spki',
      });
      expect(verify(null, bytes, key, fromHex(signature))).toBe(true);
      expect(hash).toBe(sha256(fromHex(before), cborg.encode(inBytes(asArrays(entry)))));
      before = hash;
    }
  });

  it('device-list.json: what holds at the limits does, what is refused does not', async () => {
    const { root, limits, refused } = vectors<
      Record<'limits' | 'refused', { why: string; list: string }[]> & { root: string }
    >('device-list.json');
    const holds = async (hex: string) => {
      const list = orNull(deviceList, decodeCbor(fromHex(hex)));
      return list !== null && (await listHolds(fromHex(root), list));
    };
    for (const { why, list } of limits) expect(await holds(list), why).toBe(true);
    for (const { why, list } of refused) expect(await holds(list), why).toBe(false);
  });

  it('content.json: cborg reads the fields, in their order', () => {
    const { messages, told, welcome } = vectors<{
      messages: { message: object; cbor: string }[];
      told: { value: object; cbor: string };
      welcome: { value: object; cbor: string };
    }>('content.json');
    for (const { message, cbor } of messages) expect(read(cbor)).toEqual(numbered(message));
    for (const { value, cbor } of [told, welcome]) expect(read(cbor)).toEqual(numbered(value));
  });

  it('credential.json: Node hashes the person, verifies the seat and makes its KeyPackage', async () => {
    const { person, device, seat } = vectors<{
      person: { root: string; id: string };
      device: { signatureKey: string; credential: string };
      seat: Record<'seed' | 'credential' | 'keyPackage' | 'ref', string> & { until: number };
    }>('credential.json');
    expect(person.id).toBe(sha256('polynya person', fromHex(person.root)).slice(0, 32));
    const [, , list] = read(device.credential) as unknown[];
    expect(read(device.credential)).toEqual([0, person.root, list]);
    const [kind, root, seatList, by, until, signature] = read(seat.credential) as string[];
    expect([kind, root, seatList, by, until]).toEqual([
      1,
      person.root,
      list,
      device.signatureKey,
      seat.until,
    ]);

    const derived = (label: string) =>
      Buffer.from(
        hkdfSync('sha256', fromHex(seat.seed), '', `polynya mls key package ${label}`, 32),
      );
    const shake = (ikm: Uint8Array) =>
      createHash('shake256', { outputLength: 32 }).update(ikm).digest();
    const [init, leaf] = await Promise.all(
      ['init', 'leaf'].map((label) => hpkePublicKey(shake(derived(label)))),
    );
    const der = concatenated(fromHex('302e020100300506032b657004220420'), derived('signature'));
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
    const leafKey = spki.subarray(-32);
    const time = (seconds: number) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(BigInt(seconds));
      return bytes;
    };
    const signedSeat = concatenated(Buffer.from('polynya seat'), time(seat.until), leafKey);
    const maker = { kty: 'OKP', crv: 'Ed25519', x: fromHex(by ?? '').toString('base64url') };
    const makerKey = createPublicKey({ key: maker, format: 'jwk' });
    expect(verify(null, signedSeat, makerKey, fromHex(signature ?? ''))).toBe(true);

    // RFC 9420 section 10: vectors of bytes come after their length, in one byte or in two with a bit set.
    const opaque = (bytes: Uint8Array) => {
      const { length } = bytes;
      const head = length < 64 ? [length] : [(length >> 8) | 0x40, length & 0xff];
      return concatenated(Uint8Array.from(head), bytes);
    };
    const signWithLabel = (label: string, content: Uint8Array) => {
      const labelled = Buffer.from(`MLS 1.0 ${label}`);
      return opaque(sign(null, concatenated(opaque(labelled), opaque(content)), key));
    };
    const leafNode = concatenated(
      opaque(leaf ?? Buffer.alloc(0)),
      opaque(leafKey),
      fromHex('0001'),
      opaque(fromHex(seat.credential)),
      fromHex('020001' + '02f001' + '00' + '00' + '020001'),
      fromHex('01'),
      time(seat.until - 8 * 86_400),
      time(seat.until),
      fromHex('00'),
    );
    const unsigned = concatenated(
      fromHex('0001f001'),
      opaque(init ?? Buffer.alloc(0)),
      leafNode,
      signWithLabel('LeafNodeTBS', leafNode),
      fromHex('00'),
    );
    const keyPackage = concatenated(unsigned, signWithLabel('KeyPackageTBS', unsigned));
    expect(seat.keyPackage).toBe(keyPackage.toString('hex'));
    const label = opaque(Buffer.from('MLS 1.0 KeyPackage Reference'));
    expect(seat.ref).toBe(sha256(label, opaque(keyPackage)));
  });

  it('linking.json: Node derives the secrets, and hashes to the same check; the phrase is base32', () => {
    const { code, steps, said, check, recovery } = vectors<{
      code: Record<string, string>;
      steps: { step: object; cbor: string }[];
      said: string;
      check: string;
      recovery: Record<string, string>;
    }>('linking.json');
    const derive = (from = '', info = '', length = 32) =>
      Buffer.from(hkdfSync('sha256', fromHex(from), '', info, length)).toString('hex');
    for (const name of ['log', 'open', 'seal']) {
      const length = name === 'log' ? 16 : 32;
      expect(code[name]).toBe(derive(code.secret, `polynya link ${name}`, length));
      expect(recovery[name]).toBe(derive(recovery.secret, `polynya recovery ${name}`, length));
    }
    expect(recovery.secret).toBe(derive(recovery.seed, 'polynya recovery backup'));
    expect(recovery.admit).toBe(derive(recovery.secret, 'polynya recovery admit 0'));
    steps.forEach(({ step, cbor }, i) => {
      expect(read(cbor)).toEqual([i, ...(asArrays(Object.values(step).slice(1)) as unknown[])]);
    });
    const [, answer, reveal] = steps.map(({ cbor }) => fromHex(cbor));
    const commitment = sha256('polynya link commitment', reveal ?? '');
    expect(steps[0]?.step).toMatchObject({ commitment });
    const all = cborg.encode([fromHex(commitment), answer, reveal]);
    expect(said).toBe(sha256('polynya link check', all));
    expect(check).toBe(String(Number(`0x${said.slice(0, 12)}`) % 1_000_000).padStart(6, '0'));
    const sum = sha256('polynya recovery phrase', fromHex(recovery.seed ?? '')).slice(0, 11);
    const digits = BigInt(`0x${recovery.seed}${sum}`).toString(32).padStart(60, '0');
    const letters = '0123456789abcdefghijklmnopqrstuv';
    const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    const phrase = [...digits].map((digit) => crockford[letters.indexOf(digit)]).join('');
    expect(recovery.phrase?.replaceAll(' ', '')).toBe(phrase);
  });

  it('access-record.json: Node verifies the signature, cborg reads the fields', () => {
    const vector = vectors<{
      fields: { identity: string; keys: { key: string }[] };
      body: string;
      signature: string;
      record: string;
      keyIds: string[];
      request: { nonce: string; random: string; envelope: string; answerTag: string };
    }>('access-record.json');
    const { fields, body, signature, record, keyIds, request } = vector;
    const x = fromHex(fields.identity).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const signed = Buffer.concat([Buffer.from('polynya access record'), fromHex(body)]);
    expect(verify(null, signed, key, fromHex(signature))).toBe(true);
    expect(read(record)).toEqual([body, signature]);
    expect(read(body)).toEqual(asArrays(fields));
    expect(keyIds).toEqual(fields.keys.map((each) => sha256(fromHex(each.key)).slice(0, 32)));

    const identity = fromHex(fields.identity);
    const { nonce, random, envelope, answerTag } = request;
    const handle = sha256('polynya record request', identity).slice(0, 32);
    expect(envelope).toBe(handle + nonce + random);
    expect(answerTag).toBe(sha256('polynya record', identity, fromHex(nonce)).slice(0, 32));
  });

  it('session.json: reach opens the first flight with the seed, Node derives the keys', async () => {
    const vector = vectors<{
      xWingSeed: string;
      keyId: string;
      firstFlight: Record<string, string>;
      firstReply: Record<string, string>;
    }>('session.json');
    const { info = '', enc = '', ct = '', hs = '', cbor = '' } = vector.firstFlight;
    const [seed, keyId] = [fromHex(vector.xWingSeed), fromHex(vector.keyId)];
    const plaintext = await hpkeOpen(seed, fromHex(info), keyId, fromHex(enc), fromHex(ct));
    const opened = Buffer.from(plaintext).toString('hex');
    expect(opened).toMatch(new RegExp(`^${cbor}(00)+$`));
    const { x25519 = '' } = vector.firstReply;
    for (const way of ['up', 'down']) {
      const key = hkdfSync('sha256', fromHex(x25519), fromHex(hs), `polynya ${way}`, 32);
      expect(vector.firstReply[way]).toBe(Buffer.from(key).toString('hex'));
    }
  });

  it('carried.json: Node checks the note, and opens each parcel by each of its keys', () => {
    type Parcel = { keys: string[]; plain: string };
    const { log, seed, note, parcels, bundle } = vectors<{
      log: string;
      seed: string;
      note: Record<string, string>;
      parcels: Parcel[];
      bundle: string;
    }>('carried.json');
    const { id = '', device = '', message = '', signature = '', cbor = '' } = note;
    const der = Buffer.concat([fromHex('302e020100300506032b657004220420'), fromHex(seed)]);
    const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
    expect(key.export({ format: 'jwk' }).x).toBe(fromHex(device).toString('base64url'));
    const signed = Buffer.concat([Buffer.from('polynya carried'), fromHex(log + id + message)]);
    expect(verify(null, signed, key, fromHex(signature))).toBe(true);
    expect(read(cbor)).toEqual([id, device, message, signature]);

    const file = fromHex(bundle);
    const salt = file.subarray(0, 16);
    for (const { keys, plain } of parcels) {
      for (const secret of keys.map(fromHex)) {
        const derived = (label: string, length: number) =>
          Buffer.from(hkdfSync('sha256', secret, salt, `polynya carried ${label}`, length));
        const hint = derived('hint', 16);
        const at = [...Array(8).keys()].map((n) => 16 + 72 * n);
        const slot = at.find((offset) => file.subarray(offset, offset + 16).equals(hint)) ?? 0;
        const named = gcmOpened(derived('slot', 32), hint, file.subarray(slot + 16, slot + 72));
        const [offset, length] = [named.readUInt32BE(0), named.readUInt32BE(4)];
        const sealed = file.subarray(offset, offset + length);
        expect(gcmOpened(named.subarray(8), salt, sealed).toString('hex')).toBe(plain);
      }
    }
  });
});

/** AES-256-GCM under a nonce of zeros. */
function gcmOpened(key: Uint8Array, aad: Uint8Array, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.alloc(12));
  decipher.setAAD(aad).setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}
