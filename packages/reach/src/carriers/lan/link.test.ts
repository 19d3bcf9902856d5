/** The sealed connection between two devices, over real sockets of this machine, and what strangers get of it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemRandom } from '../../clock.ts';
import { Beacons, decodeBeacon, tagOf } from './beacon.ts';
import { ANSWER, answerTo, Caller, HELLO } from './handshake.ts';
import { NearLink } from './link.ts';
import { Reader } from './pipe.ts';
import { socketPipe } from './socket-pipe.ts';

const [callers, ours] = [systemRandom(16), systemRandom(16)];
const key = systemRandom(32);
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Two ends of a TCP connection. */
async function wire(): Promise<[Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const called = once(server, 'connection') as Promise<[Socket]>;
  const caller = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [other] = await called;
  server.close();
  sockets.push(caller, other);
  return [caller, other];
}

const reading = (socket: Socket) => new Reader(socketPipe(socket));

async function agreed() {
  const caller = await Caller.begin(key, callers, ours);
  const answered = await answerTo(caller.hello, ours, [{ key: systemRandom(32) }, { key }]);
  if (!answered) throw new Error('not known');
  const keys = await caller.keys(answered.answer);
  if (!keys) throw new Error('not proven');
  return { caller: keys, called: answered.keys };
}

describe('a handshake', () => {
  test('gives both who know the secret the same keys, new ones each time', async () => {
    const { caller, called } = await agreed();
    expect(caller).toMatchObject(called);
    expect((await agreed()).caller.up).not.toEqual(caller.up);
  });

  test('is not answered to who does not know it, who means another run, or who changed a bit', async () => {
    const { hello } = await Caller.begin(key, callers, ours);
    expect(hello.length).toBe(HELLO);
    const stranger = await Caller.begin(systemRandom(32), callers, ours);
    expect(await answerTo(stranger.hello, ours, [{ key }])).toBeNull();
    expect(await answerTo(hello, systemRandom(16), [{ key }])).toBeNull();
    await fc.assert(
      fc.asyncProperty(fc.nat(HELLO - 1), fc.integer({ min: 1, max: 255 }), async (at, bits) => {
        const changed = hello.map((byte, n) => (n === at ? byte ^ bits : byte));
        expect(await answerTo(changed, ours, [{ key }])).toBeNull();
      }),
    );
  });

  test('does not believe an answer of who does not know the secret', async () => {
    const caller = await Caller.begin(key, callers, ours);
    const answer = (await answerTo(caller.hello, ours, [{ key }]))?.answer ?? new Uint8Array();
    await fc.assert(
      fc.asyncProperty(fc.nat(ANSWER - 1), fc.integer({ min: 1, max: 255 }), async (at, bits) => {
        // The highest bit of an X25519 share is not looked at (RFC 7748 section 5).
        fc.pre(!(at === 31 && bits === 128));
        const changed = answer.map((byte, n) => (n === at ? byte ^ bits : byte));
        expect(await caller.keys(changed)).toBeNull();
      }),
    );
    expect(await caller.keys(new Uint8Array(ANSWER))).toBeNull();
  });
});

describe('a link', () => {
  test('brings frames of any length in order, both ways, and nothing of them in clear', async () => {
    const [near, far] = await wire();
    const keys = await agreed();
    const seen: Buffer[] = [];
    far.on('data', (chunk: Buffer) => seen.push(chunk));
    const proven = Promise.withResolvers<void>();
    const a = new NearLink(reading(near), keys.caller, 'caller', () => undefined);
    const b = new NearLink(reading(far), keys.called, 'called', proven.resolve);
    const frames = [1, 60_000, 3, 1_048_576].map((length) => new Uint8Array(length).fill(0x77));
    const [there, back] = [frames, frames.slice(0, 2)].map((expected, n) => {
      const got: Uint8Array[] = [];
      return new Promise<Uint8Array[]>((done) => {
        (n === 0 ? b : a).onFrame = (frame) => {
          got.push(frame);
          if (got.length === expected.length) done(got);
        };
      });
    });
    for (const frame of frames) a.send(frame);
    for (const frame of frames.slice(0, 2)) b.send(frame);
    const arrived = await there;
    expect(arrived?.map((frame) => frame.length)).toEqual([1, 60_000, 3, 1_048_576]);
    expect(arrived?.every((frame) => frame.every((byte) => byte === 0x77))).toBe(true);
    expect((await back)?.length).toBe(2);
    await proven.promise;
    expect(Buffer.concat(seen).includes('w'.repeat(16))).toBe(false);
    const closed = new Promise<void>((done) => {
      b.onClose = done;
    });
    a.close();
    await closed;
  }, 60_000);

  test('waits until a frame is taken, and ends where the other sends on and on meanwhile', async () => {
    const [near, far] = await wire();
    const keys = await agreed();
    const a = new NearLink(reading(near), keys.caller, 'caller', () => undefined);
    const b = new NearLink(reading(far), keys.called, 'called', () => undefined);
    let taken = 0;
    b.onFrame = () => {
      taken++;
      return new Promise(() => undefined);
    };
    const closed = new Promise<void>((done) => {
      b.onClose = done;
    });
    for (let n = 0; n < 12; n++) a.send(new Uint8Array(1_000_000));
    await closed;
    expect(taken).toBe(1);
  }, 20_000);

  test('holds little of who has proven nothing, and sends them no more than proves itself', async () => {
    const [near, far] = await wire();
    const keys = await agreed();
    const called = new NearLink(reading(far), keys.called, 'called', () => expect.unreachable());
    const closed = new Promise<void>((done) => {
      called.onClose = done;
    });
    near.write(Uint8Array.of(0, 0x10, 0, 0));
    near.write(new Uint8Array(70_000));
    await closed;
    const [ours, theirs] = await wire();
    const caller = new NearLink(reading(ours), keys.caller, 'caller', () => undefined);
    for (let n = 0; n < 10; n++) caller.send(new Uint8Array(100_000));
    const got: Buffer[] = [];
    theirs.on('data', (chunk: Buffer) => got.push(chunk));
    await once(theirs, 'data');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(Buffer.concat(got).length).toBe(4 + 16);
  });

  test('ends when the other has said nothing for 20 s, whatever is said to them', async () => {
    const [near] = await wire();
    const { caller } = await agreed();
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] });
    try {
      const link = new NearLink(reading(near), caller, 'caller', () => undefined);
      const closed = new Promise<void>((done) => {
        link.onClose = done;
      });
      vi.advanceTimersByTime(19_000);
      expect(near.destroyed).toBe(false);
      vi.advanceTimersByTime(2_000);
      await closed;
    } finally {
      vi.useRealTimers();
    }
  });

  test('ends without a word for who sends anything else', async () => {
    for (const wrong of [new Uint8Array(40), new Uint8Array(4).fill(0xff), systemRandom(100)]) {
      const [near, far] = await wire();
      const link = new NearLink(reading(far), (await agreed()).called, 'called', () =>
        expect.unreachable(),
      );
      link.onFrame = () => expect.unreachable();
      const closed = new Promise<void>((done) => {
        link.onClose = done;
      });
      near.resume();
      near.write(wrong);
      near.end();
      await closed;
    }
  }, 60_000);
});

describe('a beacon', () => {
  test('is found by who shares a secret, and is of one length whatever is shared', () => {
    const run = systemRandom(16);
    const keys = Array.from({ length: 3 }, () => systemRandom(32));
    const beacons = new Beacons(run, systemRandom);
    const some = beacons.next(40_001, keys);
    const none = beacons.next(40_001, []);
    const many = Array.from({ length: 40 }, () => systemRandom(32));
    expect(beacons.next(1, many).length).toBe(some.length);
    expect(none.length).toBe(some.length);
    const heard = decodeBeacon(some);
    expect(heard).toMatchObject({ run, port: 40_001 });
    const tags = heard?.tags.map((tag) => Buffer.from(tag).toString('hex')) ?? [];
    for (const one of keys) {
      expect(tags).toContain(Buffer.from(tagOf(one, run)).toString('hex'));
    }
    expect(decodeBeacon(some.subarray(1))).toBeNull();
  });

  test('says the same again in its run, so that nobody counts what comes twice', () => {
    const said = (count: number) => {
      const beacons = new Beacons(systemRandom(16), systemRandom);
      const keys = Array.from({ length: count }, () => systemRandom(32));
      const times = new Map<string, number>();
      for (let n = 0; n < 400; n++) {
        for (const tag of decodeBeacon(beacons.next(1, keys))?.tags ?? []) {
          const name = Buffer.from(tag).toString('hex');
          times.set(name, (times.get(name) ?? 0) + 1);
        }
      }
      return times;
    };
    for (const [count, tags] of [
      [0, 16],
      [3, 16],
      [16, 16],
      [17, 32],
      [40, 64],
    ] as const) {
      const times = said(count);
      expect(times.size).toBe(tags);
      // Of 400 beacons 100 at least on average.
      expect(Math.min(...times.values())).toBeGreaterThan(40);
    }
  });
});
