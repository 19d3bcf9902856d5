/** The second client's own primitives against vectors/, which the packages made. */
import { createPrivateKey, decapsulate, hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Cbor, decode, decodePrefix, encode, list, Malformed } from './cbor.ts';
import {
  openDown,
  padme,
  ReplayWindow,
  readRecord,
  recordRequest,
  sealUp,
  sessionKeys,
} from './envelopes.ts';
import { append, commit, type NewEntry, open as openLog, read, signal, watch } from './requests.ts';
import { hpkeSchedule, join, open, sha256, x25519, xWingSecret } from './seal.ts';

const hex = (text = '') => Buffer.from(text, 'hex');
const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');

function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../vectors/${name}`, import.meta.url), 'utf8')) as T;
}

describe('section 1', () => {
  const { valid, invalid } =
    vectors<Record<'valid' | 'invalid', { hex: string; why: string }[]>>('cbor.json');

  test.each(valid)('$hex is read and written again', (vector) => {
    expect(text(encode(decode(hex(vector.hex))))).toBe(vector.hex);
  });

  test.each(invalid)('$hex is refused: $why', (vector) => {
    expect(() => decode(hex(vector.hex))).toThrow(Malformed);
  });
});

describe('section 2', () => {
  const vector = vectors<{
    fields: { identity: string; until: number; keys: { key: string; until: number }[] };
    record: string;
    request: { nonce: string; random: string; envelope: string };
  }>('access-record.json');
  const { fields, record, request } = vector;
  const identity = hex(fields.identity);

  test('the record is accepted while it is not past, with all its fields', () => {
    const keys = fields.keys.map(({ key, until }) => ({ key: Uint8Array.from(hex(key)), until }));
    expect(readRecord(hex(record), identity, fields.until)).toMatchObject({ serial: 5, keys });
    expect(() => readRecord(hex(record), identity, fields.until + 1)).toThrow(Malformed);
  });

  test('a record with one byte changed, or of another server, is refused', () => {
    const changed = hex(record).map((byte, i) => (i === 100 ? byte ^ 1 : byte));
    expect(() => readRecord(changed, identity, 0)).toThrow(Malformed);
    expect(() => readRecord(hex(record), sha256('other'), 0)).toThrow();
  });

  test('the request for it starts as in the vector and is as long', () => {
    const { envelope } = recordRequest(identity);
    expect(text(envelope).slice(0, 32)).toBe(request.envelope.slice(0, 32));
    expect(envelope).toHaveLength(request.envelope.length / 2);
  });
});

describe('section 3', () => {
  const vector = vectors<{
    xWingSeed: string;
    xWingKey: string;
    keyId: string;
    firstFlight: Record<string, string>;
    firstReply: Record<string, string>;
    handle: Record<string, string>;
    up: Record<string, string>;
    down: { cbor: string; envelope: string }[];
    reset: string;
  }>('session.json');
  const { firstFlight, firstReply, handle, up, down } = vector;
  const keys = sessionKeys(hex(firstFlight.hs), hex(firstReply.x25519));
  const rest = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

  /** RFC 8410. */
  const x25519Secret = (secret: Uint8Array) =>
    createPrivateKey({
      key: join(hex('302e020100300506032b656e04220420'), secret),
      format: 'der',
      type: 'pkcs8',
    });

  test("Node's decapsulation, the combiner and the HPKE schedule open the first flight", () => {
    const enc = hex(firstFlight.enc);
    const expanded = hash('shake256', hex(vector.xWingSeed), {
      outputEncoding: 'buffer',
      outputLength: 96,
    });
    // RFC 9935: the DER of an ML-KEM-768 private key as its seed.
    const der = join(hex('3054020100300b060960864801650304040204428040'), expanded.subarray(0, 64));
    const mlKem = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const theirs = enc.subarray(1088);
    const shared = xWingSecret(
      decapsulate(mlKem, enc.subarray(0, 1088)),
      x25519(x25519Secret(expanded.subarray(64)), theirs),
      theirs,
      hex(vector.xWingKey).subarray(1184),
    );
    expect(text(sha256(hex(vector.xWingKey)).subarray(0, 16))).toBe(vector.keyId);
    const { key, nonce, exportSecret } = hpkeSchedule(shared, hex(firstFlight.info));
    const plain = open(key, nonce, hex(vector.keyId), hex(firstFlight.ct)) as Buffer;
    const { value, rest: zeros } = decodePrefix(plain);
    expect(text(encode(value))).toBe(firstFlight.cbor);
    expect(rest(zeros)).toBe(true);
    expect(text(exportSecret('polynya session secret'))).toBe(firstFlight.hs);
    expect(padme(hex(firstFlight.envelope).length)).toBe(hex(firstFlight.envelope).length);
  });

  test('both keys follow, and the first reply opens', () => {
    const secret = x25519Secret(hex(firstFlight.clientSecret));
    expect(text(x25519(secret, hex(firstReply.serverShare)))).toBe(firstReply.x25519);
    expect({ up: text(keys.up), down: text(keys.down) }).toEqual({
      up: firstReply.up,
      down: firstReply.down,
    });
    const envelope = hex(firstReply.envelope);
    const plain = open(
      keys.down,
      envelope.subarray(32, 44),
      hex(vector.keyId),
      envelope.subarray(44),
    ) as Buffer;
    const { value, rest: zeros } = decodePrefix(plain);
    expect(text(encode(value))).toBe(firstReply.cbor);
    expect(rest(zeros)).toBe(true);
    const [[first, token]] = list(list(value)[4]) as [[Uint8Array, Uint8Array]];
    expect({ handle: text(first), token: text(token) }).toEqual({
      handle: handle.handle,
      token: handle.token,
    });
    expect(vector.reset.startsWith(handle.token as string)).toBe(true);
  });

  test('an envelope up is the same byte for byte, those down open to the same items', () => {
    const [seq, calls] = list(decode(hex(up.cbor)), 2);
    const sealed = sealUp(keys, hex(handle.handle), seq as number, list(calls), hex(up.nonce));
    expect(text(sealed)).toBe(up.envelope);
    for (const { cbor, envelope } of down) {
      const opened = openDown(keys, hex(envelope));
      expect(text(encode([opened?.seq as number, opened?.items as Cbor[]]))).toBe(cbor);
    }
    expect(openDown(keys, hex(vector.reset))).toBeUndefined();
  });

  test.each(vectors<{ lengths: { length: number; padded: number }[] }>('padme.json').lengths)(
    'an envelope of $length bytes is padded to $padded',
    ({ length, padded }) => expect(padme(length)).toBe(padded),
  );

  test('a seq is taken once, and none that is 1,024 or more below the highest', () => {
    const window = new ReplayWindow();
    expect([0, 0, 2000, 977, 976, 977, 2000].map((seq) => window.accept(seq))).toEqual([
      true,
      false,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

test('section 4: the requests of this client are those of the vectors', () => {
  const { requests } = vectors<{
    requests: { request: Record<string, string | number> & { op: string }; call: string }[];
  }>('requests.json');
  const calls = new Map(requests.map(({ request, call }) => [request.op, { request, call }]));
  const entry: NewEntry = { id: Buffer.alloc(16, 0x1d), epoch: 300, body: hex('b0d1e5') };
  const turn = { closes: true, next: Buffer.alloc(32, 0xa5) };
  const made: Record<string, Cbor[]> = {
    open: openLog(3, Buffer.alloc(16, 0x10), Buffer.alloc(32, 0x5e)),
    append: append(3, [entry]),
    commit: commit(3, entry, turn),
    read: read(3, 1, 65_536),
    watch: watch(3),
    signal: signal(3, hex(String(calls.get('signal')?.request.body))),
  };
  for (const [op, request] of Object.entries(made)) {
    expect(text(encode([1, request])), op).toBe(calls.get(op)?.call);
  }
});

test('section 5: the running hash is that of the vectors', () => {
  const { log, start, steps } = vectors<{
    log: string;
    start: string;
    steps: { cbor: string; hash: string }[];
  }>('running-hash.json');
  let running = sha256('polynya log', hex(log));
  expect(text(running)).toBe(start);
  for (const { cbor, hash: expected } of steps) {
    running = sha256(running, encode(decode(hex(cbor))));
    expect(text(running)).toBe(expected);
  }
});
