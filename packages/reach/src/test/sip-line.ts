/** A carrier of sips over a line in virtual time, on which each sip fares as a test says, to a server that always answers. */
import { decodeUpSip, encodeDownSip, type UpSip } from '@polynya/protocol/sip';
import { BodyRoom } from '../carriers/post/body.ts';
import { Exchanges } from '../carriers/sip/server.ts';
import { SipCarrier } from '../carriers/sip/sips.ts';
import { Openings } from '../client/openings.ts';
import { type Clock, systemRandom } from '../clock.ts';
import type { ServerSessions } from '../server/server-sessions.ts';
import type { Sink } from '../server/sink.ts';
import { standingStill } from './bad-lines.ts';
import { VirtualTime } from './virtual-time.ts';

const DAY = 24 * 3_600_000;
/** Of a connection, in ms. */
const USUAL = 600;
/** Of an envelope, in bytes. */
const MOST = 60_000;

export interface SipLine {
  /**
   * What becomes of the nth sip: it freezes on its way, its answer does, or it comes through.
   * @param ms since the beginning
   */
  readonly fate?: (sip: UpSip, nth: number, ms: number, endpoint: string) => 'up' | 'back' | 'ok';
  /** Of a connection, in ms. */
  readonly takes?: () => number;
  /** `a` and the next letters (count). */
  readonly hosts?: number;
  /** By how much the client's clock is set back, and when, in ms since the beginning. */
  readonly setBack?: { readonly by: number; readonly at: number };
}

/** A carrier to a server that answers every envelope by one of 256 bytes. */
export function sipsOver({ fate = () => 'ok', takes = () => USUAL, hosts = 4, setBack }: SipLine) {
  const clock = new VirtualTime();
  const began = clock.now();
  const late = () => (setBack && clock.now() - began >= setBack.at ? setBack.by : 0);
  const clients: Clock = {
    now: () => clock.now() - late(),
    setTimeout: (run, ms) => clock.setTimeout(run, ms),
  };
  const exchanges = new Exchanges(new BodyRoom(), clock);
  const sessions = {
    issued: () => true,
    receive: async (_: Uint8Array, sink: Sink) => sink.send(new Uint8Array(256)),
  } as unknown as ServerSessions;
  const after = (ms: number) => new Promise<void>((done) => void clock.setTimeout(done, ms));
  let posts = 0;
  const post = async (endpoint: string, body: Uint8Array, signal: AbortSignal) => {
    const sip = decodeUpSip(body);
    const becomes = fate(sip, posts++, clock.now() - began, endpoint);
    const half = takes() / 2;
    await after(half);
    if (becomes === 'up') return standingStill(signal);
    const taken = exchanges.take(sip, sessions);
    if (typeof taken === 'string') return null;
    const answer = await taken;
    if (becomes === 'back') return standingStill(signal);
    await after(half);
    return encodeDownSip(answer);
  };
  const endpoints = [...'abcdef'].slice(0, hosts).map((host) => `https://${host}.example/s`);
  const openings = new Openings();
  const options = { endpoints, openings, clock: clients, random: systemRandom, post };
  const carrier = new SipCarrier(options);
  let heard = 0;
  let endedAt: number | null = null;
  carrier.onEnvelope = () => heard++;
  carrier.onClose = () => {
    endedAt = clock.now() - began;
  };
  return {
    carrier,
    posts: () => posts,
    /** Seconds until envelopes of so many bytes in all are answered. */
    takesToSend: async (bytes: number): Promise<number> => {
      const sent = clock.now();
      const count = Math.ceil(bytes / MOST);
      const all = heard + count;
      for (let each = 0; each < count; each++) carrier.send(systemRandom(Math.ceil(bytes / count)));
      await clock.until(() => heard >= all || endedAt !== null, DAY);
      if (endedAt !== null) throw new Error(`ended after ${endedAt} ms`);
      return (clock.now() - sent) / 1_000;
    },
    /** Ms from the beginning until it ends by itself, `bytes` being sent every 20 s. */
    ends: async (bytes: number): Promise<number> => {
      const more = (): void => {
        if (endedAt !== null) return;
        carrier.send(systemRandom(bytes));
        clock.setTimeout(more, 20_000);
      };
      more();
      await clock.until(() => endedAt !== null, DAY);
      return endedAt ?? 0;
    },
  };
}
