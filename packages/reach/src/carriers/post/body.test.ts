import { joinEnvelopes } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemRandom } from '../../clock.ts';
import { Handles } from '../../seal/handles.ts';
import { HANDLE_KEY, Loopback } from '../../test/loopback.ts';
import { type BodyLimits, BodyRoom, DEFAULT_BODY_LIMITS, readBody } from './body.ts';

const HANDLE = new Uint8Array(16).fill(7);
const issued = (handle: Uint8Array) => Buffer.compare(handle, HANDLE) === 0;
const limits: BodyLimits = {
  known: 1_000,
  strange: 300,
  strangers: 800,
  handle: 2_500,
  all: 4_000,
};

const under = (handle: Uint8Array, length: number) => {
  const body = new Uint8Array(length).fill(1);
  if (length > 4) body.set(handle.subarray(0, length - 4), 4);
  return body;
};
const stranger = (length: number) => under(new Uint8Array(16), length);

async function* chunked(body: Uint8Array, size: number) {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

/** Reads `body` up to its end, where it waits until `go`. */
function held(room: BodyRoom, body: Uint8Array) {
  const { promise, resolve } = Promise.withResolvers<void>();
  async function* chunks() {
    yield body;
    await promise;
  }
  return { read: readBody(chunks(), room, issued), go: resolve };
}

test('a body is read whole if it begins under a handle, and up to a first flight if not, however it is cut', () =>
  fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.integer({ min: 1, max: 1_200 }),
      fc.integer({ min: 1, max: 400 }),
      async (known, length, size) => {
        const room = new BodyRoom(limits);
        const body = known ? under(HANDLE, length) : stranger(length);
        const most = known ? limits.known : limits.strange;
        const read = await readBody(chunked(body, size), room, issued);
        if (length > most) expect(read).toBe('too-long');
        else expect(Buffer.from(read as Uint8Array).equals(body)).toBe(true);
        // All that it took was given back.
        expect(room.take(null, limits.strangers)).toBe(true);
        expect(room.take('any', limits.handle)).toBe(true);
      },
    ),
  ));

describe('while bodies are being read', () => {
  test('those of strangers hold so much in all, and others are read all the same', async () => {
    const room = new BodyRoom(limits);
    const first = [held(room, stranger(300)), held(room, stranger(300))];
    expect(await readBody(chunked(stranger(300), 300), room, issued)).toBe('no-room');
    expect(await readBody(chunked(under(HANDLE, 900), 100), room, issued)).toHaveLength(900);
    for (const { go } of first) go();
    await Promise.all(first.map(({ read }) => read));
    expect(await readBody(chunked(stranger(300), 300), room, issued)).toHaveLength(300);
  });

  test('those under one handle hold so much, and all together so much', async () => {
    const room = new BodyRoom(limits);
    const under1 = () => held(room, under(HANDLE, 1_000));
    const first = [under1(), under1()];
    expect(await under1().read).toBe('no-room');
    expect(room.take('another', 2_001)).toBe(false);
    expect(room.take('another', 2_000)).toBe(true);
    for (const { go } of first) go();
    expect(await Promise.all(first.map(({ read }) => read))).toHaveLength(2);
    expect(await readBody(chunked(under(HANDLE, 1_000), 100), room, issued)).toHaveLength(1_000);
  });

  test('a body that breaks off gives back what it took', async () => {
    const room = new BodyRoom(limits);
    async function* broken() {
      yield under(HANDLE, 1_000);
      throw new Error('aborted');
    }
    for (let i = 0; i < 5; i++) {
      await expect(readBody(broken(), room, issued)).rejects.toThrow('aborted');
    }
  });
});

describe('a server', () => {
  let server: Loopback;
  beforeEach(async () => {
    server = await Loopback.start();
  });
  afterEach(() => server.stop());

  test('takes no more of a body without a handle than a first flight weighs', async () => {
    const { strange } = DEFAULT_BODY_LIMITS;
    const answer = await fetch(server.endpoint, {
      method: 'POST',
      body: new Uint8Array(strange * 4),
    }).then(
      ({ status }) => status,
      () => 'cut off',
    );
    expect([404, 'cut off']).toContain(answer);
  });

  test('takes a body of 1 MiB under a handle, though its session be gone', async () => {
    const { handle } = new Handles(HANDLE_KEY, systemRandom).issue();
    const envelope = new Uint8Array(LIMITS.envelope - 4);
    envelope.set(handle);
    const body = new Uint8Array(joinEnvelopes(Array.from({ length: 8 }, () => envelope)));
    expect(body).toHaveLength(LIMITS.post);
    const answer = await fetch(server.endpoint, { method: 'POST', body });
    expect(answer.status).toBe(200);
  });
});
