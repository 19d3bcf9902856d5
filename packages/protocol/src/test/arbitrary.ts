/** Arbitrary valid values of everything in `requests.ts`, and damage to do to their encodings. */
import fc from 'fast-check';
import type { Cbor } from '../cbor.ts';
import { LIMITS } from '../limits.ts';
import type { Call, Entry, Item, Op, Request, Result } from '../requests.ts';

const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const upTo = (length: number) => fc.uint8Array({ minLength: 1, maxLength: length });
const uint = (max = Number.MAX_SAFE_INTEGER) => fc.nat({ max });
const safe = fc.maxSafeNat();
const n = uint(0xffff_ffff);
const id = exactly(16);
const subscriber = fc.oneof(id, exactly(32));
const secret = exactly(32);
const hash = secret;
const nothing = fc.constant({});
const maybe = <T>(inner: fc.Arbitrary<T>) => fc.option(inner, { nil: null });
const wellFormed = (max: number) => fc.string({ maxLength: max / 2, unit: 'binary' });

const newEntry = fc.record({ id, epoch: safe, body: upTo(LIMITS.entryBody) });
const turn = fc.record({ closes: fc.boolean(), next: hash });

export const entries: fc.Arbitrary<Entry> = fc.record({
  seq: safe,
  kind: uint(2),
  epoch: safe,
  id,
  body: fc.uint8Array({ maxLength: LIMITS.entryBody }),
  turn: maybe(turn),
});

const shelf = fc.record({
  allowance: secret,
  knows: fc.array(id, { maxLength: LIMITS.endpoints }),
  serial: safe,
});

const fieldsOf: { [O in Op]: fc.Arbitrary<Omit<Extract<Request, { op: O }>, 'op'>> } = {
  open: fc.record({ n, log: id, secret }),
  append: fc.record({ n, entries: fc.array(newEntry, { minLength: 1, maxLength: LIMITS.batch }) }),
  commit: fc.record({ n, entry: newEntry, turn }),
  read: fc.record({ n, from: safe, bytes: uint(LIMITS.envelope) }),
  watch: fc.record({ n }),
  unwatch: fc.record({ n }),
  signal: fc.record({ n, body: upTo(LIMITS.signal) }),
  create: fc.record({ log: id, kind: uint(1), hash, allowance: secret }),
  allow: fc.record({ n, hash, perHour: uint(3_600) }),
  revoke: fc.record({ n, hash }),
  stock: fc.record({
    n,
    hash,
    packages: fc.array(upTo(LIMITS.keyPackage), { maxLength: LIMITS.stock }),
    last: maybe(upTo(LIMITS.keyPackage)),
  }),
  take: fc.record({ n, id }),
  blob: fc.record({ blob: id, hash, drop: hash, pieces: uint(LIMITS.pieces), allowance: secret }),
  put: fc.record({ blob: id, secret, index: uint(LIMITS.pieces - 1), body: upTo(LIMITS.piece) }),
  get: fc.record({ blob: id, secret, index: uint(LIMITS.pieces - 1) }),
  stat: fc.record({ blob: id, secret }),
  drop: fc.record({ blob: id, secret }),
  admit: fc.record({ invite: secret, allowance: secret }),
  grant: fc.record({ allowance: secret, hash, uses: uint(1_000), until: safe }),
  allowance: fc.record({ allowance: secret }),
  handles: fc.record({ count: uint(8) }),
  linger: fc.record({ ms: uint(60_000) }),
  bye: nothing,
  withdraw: fc.record({ allowance: secret, hash }),
  endpoints: shelf,
  lend: fc.record({ allowance: secret, places: uint(16) }),
  meet: fc.record({ allowance: secret, offer: upTo(LIMITS.meeting) }),
  accept: fc.record({ id, answer: upTo(LIMITS.meeting) }),
  pushKey: nothing,
  subscribe: fc.record({
    ...{ n, id: subscriber, key: exactly(65), auth: id },
    endpoint: wellFormed(LIMITS.pushEndpoint),
  }),
  unsubscribe: fc.record({ n, id: subscriber, auth: id }),
  wake: fc.record({ n, except: fc.array(id, { maxLength: LIMITS.devices }) }),
  follow: shelf,
};

const logState = fc.record({
  head: safe,
  first: safe,
  epoch: safe,
  role: uint(2),
  upTo: maybe(safe),
  low: fc.array(hash, { maxLength: 256 }),
});

export const resultOf: { [O in Op]: fc.Arbitrary<Result<O>> } = {
  open: logState,
  append: fc.record({ seqs: fc.array(safe, { maxLength: LIMITS.batch }) }),
  commit: fc.record({ seq: safe }),
  read: fc.record({ entries: fc.array(entries, { maxLength: 64 }), head: safe, first: safe }),
  watch: logState,
  unwatch: nothing,
  signal: nothing,
  create: nothing,
  allow: nothing,
  revoke: nothing,
  stock: nothing,
  take: fc.record({ package: maybe(upTo(LIMITS.keyPackage)) }),
  blob: nothing,
  put: nothing,
  get: fc.record({ body: upTo(LIMITS.piece) }),
  stat: fc.record({
    pieces: uint(LIMITS.pieces),
    present: fc.uint8Array({ maxLength: LIMITS.pieces / 8 }),
  }),
  drop: nothing,
  admit: nothing,
  grant: nothing,
  allowance: fc.record({ logs: safe, bytes: safe, invites: safe, until: safe }),
  handles: fc.record({
    handles: fc.array(fc.record({ handle: id, token: id }), { maxLength: 8 }),
  }),
  linger: nothing,
  bye: nothing,
  withdraw: nothing,
  endpoints: fc.record({ record: fc.uint8Array({ maxLength: 2_048 }) }),
  lend: nothing,
  meet: fc.record({ answer: upTo(LIMITS.meeting) }),
  accept: nothing,
  pushKey: fc.record({ key: fc.uint8Array({ maxLength: 65 }) }),
  subscribe: nothing,
  unsubscribe: nothing,
  wake: nothing,
  follow: fc.record({ record: fc.uint8Array({ maxLength: 2_048 }) }),
};

export const OPS = Object.keys(fieldsOf) as Op[];

/** Valid requests of one kind. */
export function requestsOf(op: Op): fc.Arbitrary<Request> {
  return fieldsOf[op].map((fields) => ({ op, ...fields }) as Request);
}

export const calls: fc.Arbitrary<Call> = fc.record({
  id: safe,
  request: fc.oneof(...OPS.map(requestsOf)),
});

/** cborg drops a byte order mark at the start of a text; that is tested without it. */
const texts = fc.string({ unit: 'binary' }).filter((text) => !text.startsWith('\ufeff'));

/** Any value that the CBOR subset can say, nested up to 5 deep. */
export const cborValues: fc.Arbitrary<Cbor> = fc.letrec<{ value: Cbor }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.maxSafeInteger(),
    fc.integer({ min: -300, max: 300 }),
    texts,
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 30 }),
    fc.array(fc.tuple(safe, tie('value')), { maxLength: 30 }).map((pairs) => new Map(pairs)),
  ),
})).value;

export const items: fc.Arbitrary<Item> = fc.oneof(
  fc.record({ item: fc.constant('answer' as const), id: safe, value: cborValues }),
  fc.record({
    item: fc.constant('refusal' as const),
    id: safe,
    code: uint(255),
    retryAfter: uint(86_400_000),
    note: wellFormed(200),
  }),
  fc.record({
    item: fc.constant('push' as const),
    n,
    entries: fc.array(entries, { maxLength: 64 }),
  }),
  fc.record({ item: fc.constant('nudge' as const), n, head: safe }),
  fc.record({ item: fc.constant('signal' as const), n, body: upTo(LIMITS.signal) }),
  fc.record({ item: fc.constant('record' as const), record: upTo(LIMITS.record + 128) }),
);

/** Encodings with up to 8 bytes changed, then perhaps cut short or with bytes after them. */
export function damaged(encodings: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 8 });
  return fc
    .tuple(encodings, edits, fc.nat(), fc.uint8Array({ maxLength: 4 }))
    .map(([encoding, changes, cut, tail]) => {
      const kept = cut % 3 === 0 ? cut % (encoding.length + 1) : encoding.length;
      const out = new Uint8Array([...encoding.subarray(0, kept), ...(cut % 5 === 0 ? tail : [])]);
      for (const [at, value] of changes) if (out.length > 0) out[at % out.length] = value;
      return out;
    });
}
