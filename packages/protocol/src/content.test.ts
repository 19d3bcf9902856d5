import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import {
  type About,
  type ContactCard,
  content,
  decodeMessage,
  encodeMessage,
  type FileRef,
  type KnownContent,
  type Note,
  type WelcomePackage,
  welcome,
} from './content.ts';
import type { DeviceList } from './device-list.ts';
import { cborValues, damaged } from './test/arbitrary.ts';
import { refusal } from './test/refusal.ts';

const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const maybe = <T>(inner: fc.Arbitrary<T>) => fc.option(inner, { nil: null });
const text = (units: number) => fc.string({ maxLength: Math.floor(units / 2), unit: 'binary' });
const safe = fc.maxSafeNat();
const id = exactly(16);
const key = exactly(32);
const mentions = fc.array(id, { maxLength: 64 });

const cards: fc.Arbitrary<ContactCard> = fc.record({
  identity: key,
  endpoints: fc.array(fc.webUrl({ size: 'small' }), { maxLength: 16 }),
  inbox: id,
  token: key,
});
const files: fc.Arbitrary<FileRef> = fc.record({
  name: text(255),
  type: text(127),
  size: fc.nat({ max: 110_000_000 }),
  hash: key,
  blob: id,
  secret: key,
  key,
  pieceSize: fc.nat({ max: 65_536 }),
  thumb: maybe(fc.uint8Array({ minLength: 1, maxLength: 16_384 })),
  width: fc.nat({ max: 65_535 }),
  height: fc.nat({ max: 65_535 }),
  duration: fc.nat({ max: 86_400_000 }),
});

const deviceLists: fc.Arbitrary<DeviceList> = fc.record({
  generation: safe,
  entries: fc.array(
    fc.record({
      remove: fc.boolean(),
      device: key,
      by: fc.nat({ max: 32 }),
      signature: exactly(64),
    }),
    { minLength: 1, maxLength: 32 },
  ),
});
const notes: fc.Arbitrary<Note> = fc.oneof(
  fc.record({ note: fc.constant('device' as const), name: text(64) }),
  fc.record({ note: fc.constant('name' as const), name: text(64) }),
  fc.record({ note: fc.constant('block' as const), person: id, on: fc.boolean() }),
  fc.record({ note: fc.constant('backup' as const), secret: key }),
  fc.record({
    note: fc.constant('marks' as const),
    log: id,
    pinned: fc.boolean(),
    muted: fc.boolean(),
    archived: fc.boolean(),
    unread: fc.boolean(),
  }),
  fc.record({ note: fc.constant('draft' as const), log: id, text: text(16_000) }),
  fc.record({
    note: fc.constant('request' as const),
    log: id,
    by: id,
    answer: fc.nat({ max: 2 }),
  }),
  fc.record({
    note: fc.constant('compared' as const),
    person: id,
    devices: fc.array(key, { maxLength: 8 }),
  }),
  fc.record({
    note: fc.constant('folders' as const),
    folders: fc.array(fc.record({ name: text(32), logs: fc.array(id, { maxLength: 8 }) }), {
      maxLength: 16,
    }),
  }),
);

const wraps = fc.record({
  text: text(16_000),
  after: fc.nat({ max: 31_536_000 }),
  forwarded: fc.boolean(),
  said: fc.record({
    kind: fc.constant('text' as const),
    text: text(16_000),
    reply: maybe(id),
    mentions,
  }),
});

type Fields<K> = Omit<Extract<KnownContent, { kind: K }>, 'kind'>;
const FIELDS: { [K in KnownContent['kind']]: fc.Arbitrary<Fields<K>> } = {
  text: fc.record({ text: text(16_000), reply: maybe(id), mentions }),
  edit: fc.record({ target: id, text: text(16_000), mentions }),
  delete: fc.record({ target: id }),
  react: fc.record({ target: id, emoji: text(32) }),
  file: fc.record({ file: files, caption: text(16_000), reply: maybe(id), mentions }),
  receipt: fc.record({ delivered: safe, read: safe }),
  title: fc.record({ title: text(128) }),
  admin: fc.record({ person: id, on: fc.boolean() }),
  leave: fc.constant({}),
  profile: fc.record({ name: text(64), card: maybe(cards) }),
  devices: fc.record({ list: deviceLists }),
  own: fc.record({ note: notes }),
  carried: fc.record({ text: text(16_000), note: exactly(200) }),
  wrapped: wraps,
  timer: fc.record({ text: text(16_000), after: fc.nat({ max: 31_536_000 }) }),
  poll: fc.record({
    text: text(300),
    options: fc.array(text(100), { minLength: 2, maxLength: 12 }),
    several: fc.boolean(),
  }),
  vote: fc.record({
    text: text(16_000),
    target: id,
    options: fc.array(fc.nat({ max: 11 }), { maxLength: 12 }),
  }),
  close: fc.record({ text: text(16_000), target: id }),
  record: fc.record({ text: text(16_000), record: exactly(300) }),
  silent: wraps,
  pin: fc.record({ text: text(16_000), target: id, on: fc.boolean() }),
};
const KINDS = Object.keys(FIELDS) as KnownContent['kind'][];
const contentOf = (kind: KnownContent['kind']) =>
  FIELDS[kind].map((fields) => ({ kind, ...fields }) as KnownContent);
const messageOf = (body: fc.Arbitrary<KnownContent>) =>
  fc.record({ at: safe, seq: safe, hash: exactly(6), authenticator: exactly(4), body });
const messages = messageOf(fc.oneof(...KINDS.map(contentOf)));

const about: fc.Arbitrary<About> = fc.record({
  direct: fc.boolean(),
  self: fc.boolean(),
  title: text(128),
  inviter: id,
  people: fc.array(
    fc.record({
      root: key,
      name: text(64),
      admin: fc.boolean(),
      cards: fc.array(fc.record({ device: key, card: cards }), { maxLength: 8 }),
      by: maybe(id),
      leaving: fc.boolean(),
    }),
    { maxLength: 4 },
  ),
  cameBy: fc.array(fc.record({ leaf: safe, person: id }), { maxLength: 64 }),
  timer: fc.nat({ max: 31_536_000 }),
});
const welcomes: fc.Arbitrary<WelcomePackage> = fc.record({
  welcome: fc.uint8Array({ minLength: 1, maxLength: 5_000 }),
  log: id,
  seq: safe,
  hash: key,
  about,
  credential: maybe(fc.uint8Array({ minLength: 1, maxLength: 512 })),
  missed: fc.array(
    fc.record({
      seq: safe,
      id,
      sender: id,
      at: safe,
      content: fc.oneof(contentOf('text'), contentOf('file')),
      evidence: maybe(fc.uint8Array({ minLength: 1, maxLength: 2_048 })),
    }),
    { maxLength: 4 },
  ),
});

/** A message around a body that this version may not know. */
const messageWith = (body: Cbor) => encodeCbor([1, 2, new Uint8Array(6), new Uint8Array(4), body]);

describe('a message', () => {
  it.each(KINDS)('%s comes back as it was, under its number', (kind) => {
    fc.assert(
      fc.property(messageOf(contentOf(kind)), (message) => {
        expect(decodeMessage(encodeMessage(message))).toEqual(message);
        expect((content.encode(message.body) as Cbor[])[0]).toBe(KINDS.indexOf(kind));
      }),
      { numRuns: 40 },
    );
  });

  it('of a kind that a later version added is shown by its readable text', () => {
    const later = fc.tuple(fc.integer({ min: KINDS.length }), fc.array(cborValues));
    fc.assert(
      fc.property(later, fc.string(), ([number, rest], readable) => {
        const { body } = decodeMessage(messageWith([number, readable, ...rest]));
        expect(body).toEqual({ kind: 'unknown', text: readable });
      }),
    );
    expect(decodeMessage(messageWith([99])).body).toEqual({ kind: 'unknown', text: '' });
    expect(decodeMessage(messageWith([99, 5])).body).toEqual({ kind: 'unknown', text: '' });
  });

  it('of a later kind is cut to 16,000 units of text that is still well-formed', () => {
    const { body } = decodeMessage(messageWith([99, `a${'\u{1f9ca}'.repeat(20_000)}`]));
    if (body.kind !== 'unknown')
      throw new Error('a kind that is not known was taken for one that is');
    expect(body.text.length).toBe(16_000);
    expect(body.text.isWellFormed()).toBe(true);
  });

  it('takes 16,000 units of text, 64 mentions and a thumbnail of 16,384 bytes, and no more', () => {
    const mention = new Uint8Array(16);
    const said = (length: number, people: number): Cbor => [
      0,
      'a'.repeat(length),
      null,
      new Array<Uint8Array>(people).fill(mention),
    ];
    expect(refusal(() => decodeMessage(messageWith(said(16_000, 64))))).toBe('accepted');
    expect(refusal(() => decodeMessage(messageWith(said(16_001, 0))))).toBe('malformed');
    expect(refusal(() => decodeMessage(messageWith(said(1, 65))))).toBe('malformed');
    const secrets = [32, 16, 32, 32].map((length) => new Uint8Array(length));
    const file = (thumb: number): Cbor => [
      4,
      ['', '', 0, ...secrets, 0, new Uint8Array(thumb), 0, 0, 0],
      '',
      null,
      [],
    ];
    expect(refusal(() => decodeMessage(messageWith(file(16_384))))).toBe('accepted');
    expect(refusal(() => decodeMessage(messageWith(file(16_385))))).toBe('malformed');
  });

  it('that was damaged is refused or decodes, and throws nothing else', () => {
    fc.assert(
      fc.property(damaged(messages.map(encodeMessage)), (plaintext) => {
        const outcome = refusal(() => decodeMessage(plaintext));
        expect(['accepted', 'malformed']).toContain(outcome);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what welcomes a newcomer', () => {
  it('comes back as it was; damaged, it is refused or decodes, and throws nothing else', () => {
    const encode = (value: WelcomePackage) => encodeCbor(welcome.encode(value));
    fc.assert(
      fc.property(welcomes, (value) => {
        expect(welcome.decode(decodeCbor(encode(value)))).toEqual(value);
      }),
      { numRuns: 50 },
    );
    fc.assert(
      fc.property(damaged(welcomes.map(encode)), (bytes) => {
        const outcome = refusal(() => welcome.decode(decodeCbor(bytes)));
        expect(['accepted', 'malformed']).toContain(outcome);
      }),
      { numRuns: 200 },
    );
  });
});
