/**
 * Makes the test vectors of docs/protocol.md in vectors/: `node scripts/vectors.ts` writes them. They
 * are the protocol: a change in one is a new version, or a mistake.
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import {
  type AccessRecordBody,
  encodeAccessRecord,
  encodeAccessRecordBody,
  recordSignedBytes,
} from '@polynya/protocol/access-record';
import { concat, fromHex, toBase64url } from '@polynya/protocol/bytes';
import { type Cbor, encodeCbor } from '@polynya/protocol/cbor';
import {
  keyIdOf,
  OVERHEAD,
  padme,
  RECORD_FILL,
  recordAnswerTag,
  recordRequest,
} from '@polynya/protocol/envelope';
import { encodeInvite, type Invite } from '@polynya/protocol/invite-link';
import { call, entry, item, type Op, type Request, results } from '@polynya/protocol/requests';
import * as runningHash from '@polynya/protocol/running-hash';
import type { Codec } from '@polynya/protocol/schema';
import { seatSecrets } from '@polynya/protocol/seat-secrets';
import { encodeDownSip, encodeUpSip } from '@polynya/protocol/sip';
import { carried } from './vectors/carried.ts';
import { contents } from './vectors/contents.ts';
import { credentials } from './vectors/credentials.ts';
import { deviceLists } from './vectors/device-lists.ts';
import { dnsQueries } from './vectors/dns-queries.ts';
import { linking } from './vectors/linking.ts';
import { diagnostic, readableJson } from './vectors/readable.ts';
import { ENTRIES, EXCHANGES, ITEMS } from './vectors/requests.ts';
import { session } from './vectors/session.ts';

const fill = (value: number, length: number) => new Uint8Array(length).fill(value);
const countUp = (length: number) => Uint8Array.from({ length }, (_, i) => i % 256);

function cbor() {
  const edges = [0, 23, 24, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296];
  const integers = [...edges, Number.MAX_SAFE_INTEGER].flatMap((n) => [n, n === 0 ? -1 : -n]);
  const strings = ['', 'a', 'полынья', '\u{1f9ca}', '\ufeffa', 'a'.repeat(24), new Uint8Array(0)];
  const keyed = new Map<number, Cbor>([
    [1, 'one'],
    [24, [null]],
    [256, fill(1, 2)],
  ]);
  const nested = (depth: number): Cbor => (depth === 0 ? 0 : [nested(depth - 1)]);
  const values = [...integers, true, false, null, ...strings, fill(7, 24), [], [[1], []], keyed];
  return {
    about:
      'Section 1. valid: hex and its diagnostic notation (RFC 8949, 8). invalid: refused as malformed.',
    valid: [...values, countUp(25), new Map(), nested(12)].map((value) => ({
      hex: encodeCbor(value),
      value: diagnostic(value),
    })),
    invalid: [
      { hex: '', why: 'nothing' },
      { hex: '0000', why: 'trailing bytes' },
      { hex: '1817', why: 'not the shortest head' },
      { hex: '190017', why: 'not the shortest head' },
      { hex: '1a0000ffff', why: 'not the shortest head' },
      { hex: '1b00000000ffffffff', why: 'not the shortest head' },
      { hex: '5800', why: 'not the shortest head' },
      { hex: '1b0020000000000000', why: '2^53' },
      { hex: '3b001fffffffffffff', why: '-2^53' },
      { hex: '1c', why: 'reserved additional information' },
      { hex: '5f4100ff', why: 'indefinite length' },
      { hex: '9fff', why: 'indefinite length' },
      { hex: 'bfff', why: 'indefinite length' },
      { hex: 'c000', why: 'tag' },
      { hex: 'f93c00', why: 'float' },
      { hex: 'fb3ff0000000000000', why: 'float' },
      { hex: 'f7', why: 'undefined' },
      { hex: 'f0', why: 'simple value' },
      { hex: 'a1616100', why: 'map key that is not an unsigned integer' },
      { hex: 'a12000', why: 'map key that is not an unsigned integer' },
      { hex: 'a202000100', why: 'map keys out of order' },
      { hex: 'a201000100', why: 'map key twice' },
      { hex: '61ff', why: 'not UTF-8' },
      { hex: '63eda080', why: 'surrogate in UTF-8' },
      { hex: '4201', why: 'truncated' },
      { hex: '9b0000000100000000', why: 'truncated, and a length that must not be believed' },
      { hex: `${'81'.repeat(13)}00`, why: 'nested 13 deep' },
    ],
  };
}

function paddings() {
  const lengths = [0, 1, 255, 256, 257, 272, 273, 511, 512, 513, 1_000, 1_023, 1_025, 4_096, 9_999];
  return {
    about:
      'Section 3. padded: the length of an envelope that would be of this length without padding.',
    overhead: OVERHEAD,
    lengths: [...lengths, 65_535, 65_537, 100_000, 131_072].map((length) => ({
      length,
      padded: padme(length),
    })),
  };
}

function requests() {
  return {
    about: 'Section 4. call: struct { id, request }, with id 1. answer: the result. Bytes in hex.',
    requests: (Object.keys(EXCHANGES) as Op[]).map((op) => {
      const [fields, result] = EXCHANGES[op];
      const request = { op, ...fields } as Request;
      const codec = results[op] as Codec<unknown>;
      return {
        request,
        call: encodeCbor(call.encode({ id: 1, request })),
        result,
        answer: encodeCbor(codec.encode(result)),
      };
    }),
    items: ITEMS.map((value) => ({ value, cbor: encodeCbor(item.encode(value)) })),
  };
}

function runningHashes() {
  const log = fill(0x10, 16);
  const start = runningHash.start(log);
  let hash = start;
  const steps = ENTRIES.map((value) => {
    hash = runningHash.next(hash, value);
    return { entry: value, cbor: encodeCbor(entry.encode(value)), hash };
  });
  return { about: 'Section 5.', log, start, steps };
}

function inviteLinks() {
  const endpoints = ['https://host.example/s', 'http://127.0.0.1:8787/s'];
  const common = { identity: countUp(32), endpoints, secret: fill(0x5e, 32) };
  const invites: Invite[] = [
    { kind: 'server', ...common },
    { kind: 'seat', ...common, inviter: fill(0x1d, 16) },
    { kind: 'device', ...common },
    { kind: 'recovery', identity: common.identity, endpoints },
  ];
  const refused = (code: string, why: string, value: Cbor) => ({
    payload: toBase64url(encodeCbor(value)),
    code,
    why,
  });
  const { identity, secret } = common;
  return {
    about: 'Section 7. payload: what follows the # of a link. refused: with this error.',
    invites: invites.map((invite) => ({ invite, payload: encodeInvite(invite) })),
    refused: [
      refused('version', 'version 2', [0, 2, identity, endpoints, secret]),
      refused('version', 'version 2 of another shape', [5, 2, null]),
      refused('malformed', 'unknown kind', [4, 1, identity, endpoints, secret]),
      refused('malformed', 'no endpoint', [0, 1, identity, [], secret]),
      refused('malformed', 'secret of 31 bytes', [0, 1, identity, endpoints, fill(0x5e, 31)]),
      { payload: '', code: 'malformed', why: 'nothing' },
      { payload: 'gA==', code: 'malformed', why: 'padding' },
      { payload: 'gB', code: 'malformed', why: 'leftover bits that are not zero' },
    ],
  };
}

function seats() {
  const secrets = [countUp(32), fill(0, 32), fill(0xff, 32)];
  return {
    about: 'Section 7. What derives from the secret of a seat.',
    seats: secrets.map((secret) => ({ secret, ...seatSecrets(secret) })),
  };
}

function accessRecords() {
  const seed = countUp(32);
  // RFC 8410: the DER of a private key is this prefix and the seed.
  const der = concat(fromHex('302e020100300506032b657004220420'), seed);
  const key = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const identity = new Uint8Array(spki.subarray(-32));
  const fields: AccessRecordBody = {
    version: 1,
    identity,
    serial: 5,
    issued: 1_790_000_000,
    until: 1_790_604_800,
    keys: [
      { key: countUp(1_216), until: 1_790_172_800 },
      { key: fill(0x0e, 1_216), until: 1_790_086_400 },
    ],
    endpoints: ['https://host.example/s', 'https://192.0.2.7/s'],
  };
  const body = encodeAccessRecordBody(fields);
  const signature = new Uint8Array(sign(null, recordSignedBytes(body), key));
  const nonce = fill(0x4e, 16);
  const random = fill(0x4f, RECORD_FILL);
  return {
    about:
      'Section 2. seed: the Ed25519 private key (RFC 8032). keyIds: section 3, of fields.keys.',
    seed,
    fields,
    body,
    signature,
    record: encodeAccessRecord({ body, signature }),
    keyIds: fields.keys.map((each) => keyIdOf(each.key)),
    request: {
      nonce,
      random,
      envelope: recordRequest(identity, nonce, random),
      answerTag: recordAnswerTag(identity, nonce),
    },
  };
}

function sips() {
  const usual = { handle: fill(0x51, 16), exchange: fill(0x52, 16), total: 2_060 };
  const ups = [
    { ...usual, offset: 2_048, from: 0, most: 2_048, piece: fill(0x53, 12) },
    { ...usual, offset: 2_060, from: 2_048, most: 4_096, piece: fill(0, 0) },
  ];
  const downs = [
    { state: 'taken' },
    { state: 'answer', total: 2_051, offset: 2_048, piece: fill(0x54, 3) },
    { state: 'answer', total: 0, offset: 0, piece: fill(0, 0) },
    { state: 'gone' },
  ] as const;
  return {
    about: 'Section 2. The bodies of the POSTs, and of their answers.',
    up: ups.map((fields) => ({ fields, body: encodeUpSip(fields) })),
    down: downs.map((fields) => ({ fields, body: encodeDownSip(fields) })),
  };
}

/** Every file of vectors/ by its name. */
export async function vectorFiles(): Promise<ReadonlyMap<string, string>> {
  const files = {
    'cbor.json': cbor(),
    'padme.json': paddings(),
    'requests.json': requests(),
    'running-hash.json': runningHashes(),
    'invite-link.json': inviteLinks(),
    'seat-secrets.json': seats(),
    'access-record.json': accessRecords(),
    'session.json': await session(),
    'sip.json': sips(),
    'dns.json': dnsQueries(),
    'device-list.json': await deviceLists(),
    'linking.json': linking(),
    'content.json': contents(),
    'credential.json': await credentials(),
    'carried.json': await carried(),
  };
  return new Map(Object.entries(files).map(([name, value]) => [name, readableJson(value)]));
}

if (import.meta.main) {
  for (const [name, content] of await vectorFiles()) {
    writeFileSync(new URL(`../vectors/${name}`, import.meta.url), content);
  }
}
