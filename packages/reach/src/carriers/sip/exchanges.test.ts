/** What the server keeps of exchanges, and what it does where there is no room. */
import { joinEnvelopes } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import { expect, test } from 'vitest';
import { systemRandom } from '../../clock.ts';
import type { ServerSessions } from '../../server/server-sessions.ts';
import type { Sink } from '../../server/sink.ts';
import { VirtualTime } from '../../test/virtual-time.ts';
import { BodyRoom, DEFAULT_BODY_LIMITS } from '../post/body.ts';
import { Exchanges } from './server.ts';

const ANSWER = 5_000;

/** Answers every envelope by one of that length. */
const sessions = {
  issued: () => true,
  receive: (_: Uint8Array, sink: Sink) => {
    sink.send(new Uint8Array(ANSWER));
    return Promise.resolve();
  },
} as unknown as ServerSessions;

test('an answer for which there is no room goes to who waits for it, and is not kept', async () => {
  const room = new BodyRoom({ ...DEFAULT_BODY_LIMITS, handle: 8_000 });
  const exchanges = new Exchanges(room, new VirtualTime());
  const piece = joinEnvelopes([systemRandom(256)]);
  const handle = piece.subarray(4, 20);
  const ask = (exchange: Uint8Array, from: number) =>
    exchanges.take(
      {
        handle,
        exchange,
        total: piece.length,
        offset: from === 0 ? 0 : piece.length,
        from,
        most: LIMITS.surelySip,
        piece: from === 0 ? piece : new Uint8Array(),
      },
      sessions,
    );
  const [one, two] = [systemRandom(16), systemRandom(16)];
  const first = { state: 'answer', total: ANSWER + 4, offset: 0 };
  expect(await ask(one, 0)).toMatchObject(first);
  expect(await ask(two, 0)).toMatchObject(first);
  expect(await ask(one, LIMITS.surelySip)).toMatchObject({ ...first, offset: LIMITS.surelySip });
  expect(await ask(two, LIMITS.surelySip)).toEqual({ state: 'gone' });
});

test('a body that is cut into more pieces than any client makes of it is not put together', async () => {
  const exchanges = new Exchanges(new BodyRoom(), new VirtualTime());
  const body = joinEnvelopes([systemRandom(65_536)]);
  const total = body.length;
  const sip = { handle: body.subarray(4, 20), exchange: systemRandom(16), from: 0, most: 2_048 };
  const states = new Set<string>();
  let pieces = 0;
  for (let offset = 1; offset < total && !states.has('gone'); offset++, pieces++) {
    const taken = exchanges.take(
      { ...sip, total, offset, piece: body.subarray(offset, offset + 1) },
      sessions,
    );
    if (typeof taken === 'string') throw new Error(taken);
    states.add((await taken).state);
  }
  expect([...states]).toEqual(['taken', 'gone']);
  expect(pieces).toBeLessThan(200);
});

test('pieces that overlap make up the body that they were cut of', async () => {
  const exchanges = new Exchanges(new BodyRoom(), new VirtualTime());
  const body = joinEnvelopes([systemRandom(10_000)]);
  const total = body.length;
  const sip = { handle: body.subarray(4, 20), exchange: systemRandom(16), from: 0, most: 2_048 };
  const take = (from: number, to: number) =>
    exchanges.take({ ...sip, total, offset: from, piece: body.subarray(from, to) }, sessions);
  const cuts = [
    [2_048, 6_144],
    [0, 2_048],
    [0, 4_096],
    [0, 1_000],
    [8_000, total],
  ] as const;
  for (const [from, to] of cuts) expect(await take(from, to)).toEqual({ state: 'taken' });
  expect(await take(6_000, 8_192)).toMatchObject({ state: 'answer', total: ANSWER + 4 });
});
