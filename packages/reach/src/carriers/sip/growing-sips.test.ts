/** Pieces that grow on a live carrier, in virtual time: what is lost, slow or made up on the way ends nothing for good. */
import { joinEnvelopes } from '@polynya/protocol/envelope';
import { decodeUpSip, encodeDownSip, type UpSip } from '@polynya/protocol/sip';
import { describe, expect, test } from 'vitest';
import { systemRandom } from '../../clock.ts';
import { Openings } from '../../openings.ts';
import type { ServerSessions } from '../../server-sessions.ts';
import type { Sink } from '../../sink.ts';
import { VirtualTime } from '../../test/virtual-time.ts';
import { BodyRoom } from '../post/body.ts';
import { Exchanges } from './server.ts';
import { SipCarrier } from './sips.ts';

const HOUR = 3_600_000;
/** Of a connection, in ms. */
const USUAL = 600;
/** Of an envelope, in bytes. */
const MOST = 60_000;

interface Line {
  /** What becomes of the nth sip: it freezes on its way, its answer does, or it comes through. */
  readonly fate?: (sip: UpSip, nth: number, ms: number, endpoint: string) => 'up' | 'back' | 'ok';
  /** Of a connection, in ms. */
  readonly takes?: number;
}

/** A carrier to a server that answers every envelope by one of 256 bytes. */
function carried({ fate = () => 'ok', takes = USUAL }: Line) {
  const clock = new VirtualTime();
  const began = clock.now();
  const exchanges = new Exchanges(new BodyRoom(), clock);
  const sessions = {
    issued: () => true,
    receive: async (_: Uint8Array, sink: Sink) => sink.send(new Uint8Array(256)),
  } as unknown as ServerSessions;
  const after = (ms: number) => new Promise<void>((done) => void clock.setTimeout(done, ms));
  let posts = 0;
  const post = async (endpoint: string, body: Uint8Array, signal: AbortSignal) => {
    const frozen = () =>
      new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('given up'))),
      );
    const sip = decodeUpSip(body);
    const becomes = fate(sip, posts++, clock.now() - began, endpoint);
    await after(takes / 2);
    if (becomes === 'up') return frozen();
    const taken = exchanges.take(sip, sessions);
    if (typeof taken === 'string') return null;
    const answer = await taken;
    if (becomes === 'back') return frozen();
    await after(takes / 2);
    return encodeDownSip(answer);
  };
  const endpoints = ['a', 'b', 'c', 'd'].map((host) => `https://${host}.example/s`);
  const options = { endpoints, openings: new Openings(), clock, random: systemRandom, post };
  const carrier = new SipCarrier(options);
  let heard = 0;
  carrier.onEnvelope = () => heard++;
  /** Seconds until envelopes of so many bytes in all are answered. */
  const takesToSend = async (bytes: number): Promise<number> => {
    const sent = clock.now();
    const count = Math.ceil(bytes / MOST);
    const all = heard + count;
    for (let each = 0; each < count; each++) carrier.send(systemRandom(Math.ceil(bytes / count)));
    await clock.until(() => heard >= all, 24 * HOUR);
    return (clock.now() - sent) / 1_000;
  };
  return { carrier, clock, takesToSend, posts: () => posts };
}

describe('an attempt of which only the answer froze', () => {
  test.each([8_200, 9_000, 12_000, 24_000])(
    'in %i bytes, holds up nothing that comes after it',
    async (bytes) => {
      let lost = false;
      const { carrier, takesToSend } = carried({
        fate: ({ piece }, nth) => {
          if (lost || nth === 0 || piece.length <= 3_000) return 'ok';
          lost = true;
          return 'back';
        },
      });
      await takesToSend(256);
      await takesToSend(bytes);
      expect(lost).toBe(true);
      expect(await takesToSend(40_000)).toBeLessThan(120);
      carrier.close();
    },
  );
});

test('a host that dies costs less than pieces of the usual length would', async () => {
  const dies = (_: UpSip, __: number, ms: number, endpoint: string) =>
    ms > 100_000 && endpoint.includes('a.') ? 'up' : 'ok';
  const { carrier, takesToSend } = carried({ fate: dies });
  // By 2,048 bytes, at three connections a minute to each of four hosts.
  const short = (600_000 / 2_048 / 12) * 65;
  await takesToSend(256);
  expect(await takesToSend(600_000)).toBeLessThan(short * 0.6);
  carrier.close();
});

test('where each connection takes long, long pieces are given their time', async () => {
  const { carrier, takesToSend, posts } = carried({ takes: 7_000 });
  await takesToSend(256);
  await takesToSend(300_000);
  expect(posts()).toBeLessThan(300_000 / 2_048 / 2);
  carrier.close();
});

test('an answer that contradicts what was answered before ends the carrier', async () => {
  const clock = new VirtualTime();
  const piece = joinEnvelopes([new Uint8Array(256)]);
  let total = 9_000;
  const post = async () => encodeDownSip({ state: 'answer', total: total++, offset: 0, piece });
  const endpoints = ['https://one.example/s'];
  const options = { endpoints, openings: new Openings(), clock, random: systemRandom, post };
  const carrier = new SipCarrier(options);
  let ended = '';
  carrier.onClose = (reason) => {
    ended = reason;
  };
  carrier.send(systemRandom(256));
  await clock.until(() => ended !== '', HOUR);
  expect(ended).toBe('lost');
});
