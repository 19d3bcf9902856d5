/** A part of the page that is asked for late, on a line that freezes, while the engine's sips take the connections: in virtual time. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Openings } from '@polynya/messenger/line/shared-openings';
import { joinEnvelopes } from '@polynya/protocol/envelope';
import { decodeUpSip, encodeDownSip } from '@polynya/protocol/sip';
import type { Post } from '@polynya/reach/carriers/post/post';
import { SipCarrier } from '@polynya/reach/carriers/sip/sips';
import { pause, systemRandom } from '@polynya/reach/clock';
import { seeded } from '@polynya/reach/test/bad-carrier';
import { VirtualTime } from '@polynya/reach/test/virtual-time';
import { expect, test } from 'vitest';
import { type FetchPorts, fetchPart } from './part-fetch.ts';
import type { Part } from './release.ts';
import { Turns } from './turns.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NEVER = new AbortController().signal;
/** What a connection brings before it freezes, in bytes. */
const FREEZES = 9_000;
/** What the service worker takes of a host's connections once the page runs, and what all take together at most (count). */
const [LATER, ALL] = [2, 3];
const LINGERS = 50_000;

const chance = seeded(1);
const body = new Uint8Array(12_000).map(() => chance() * 256);
const gzip = gzipSync(body);
const id = createHash('sha256').update(body).digest('base64url');
const part: Part = { id, gzip: gzip.length, files: [['settings.js', body.length]] };
const small = joinEnvelopes([new Uint8Array(256)]);

/** To a server that keeps back what is as short as a request that lingers, and answers all else. */
function sips(hosts: readonly string[], openings: Openings, clock: VirtualTime): SipCarrier {
  const post: Post = async (_, sent) => {
    const { offset, piece, total } = decodeUpSip(sent);
    await pause(clock, 600, NEVER);
    if (piece.length > 0 && offset + piece.length < total) return encodeDownSip({ state: 'taken' });
    if (total <= small.length) await pause(clock, LINGERS - 2_000, NEVER);
    return encodeDownSip({ state: 'answer', total: small.length, offset: 0, piece: small });
  };
  const endpoints = hosts.map((host) => `https://${host}/s`);
  return new SipCarrier({ endpoints, openings, clock, random: systemRandom, post });
}

/** What each host sends of a slice. @param here called when all is here: what is done with it then takes no virtual time */
function ports(openings: Openings, clock: VirtualTime, here: () => void): FetchPorts {
  return {
    async get(url, signal) {
      await pause(clock, 600, signal);
      const named = /\/([\d_-]+)$/.exec(url)?.[1] ?? '';
      const ranges = named.split('_').map((range) => range.split('-').map(Number));
      const bytes = Buffer.concat(ranges.map(([from, end]) => gzip.subarray(from, end)));
      const sent = new Uint8Array(bytes.subarray(0, FREEZES));
      return new Response(
        new ReadableStream({
          start(stream) {
            stream.enqueue(sent);
            if (sent.length === bytes.length) stream.close();
            else signal.addEventListener('abort', () => stream.error(signal.reason));
          },
        }),
      );
    },
    steady: () => clock.steady(),
    pause: (ms) => pause(clock, ms, NEVER),
    turns: new Turns(openings, LATER, () => clock.now()),
    kept: async () => [],
    keep: async () => undefined,
    forget: async () => undefined,
    frozen: true,
    froze: () => undefined,
    progress: (share) => void (share === 1 && here()),
  };
}

test.each([
  { hosts: 1, said: 0, every: MINUTE, seconds: 140 },
  { hosts: 4, said: 0, every: MINUTE, seconds: 10 },
  { hosts: 4, said: 600, every: 15_000, seconds: 140 },
  { hosts: 4, said: 60_000, every: 15_000, seconds: 400 },
  { hosts: 6, said: 60_000, every: 15_000, seconds: 300 },
])(
  'after two minutes of sips over $hosts hosts, $said bytes being said every $every ms, it is there within $seconds s, and no host is connected to more than three times a minute',
  async ({ hosts, said, every, seconds }) => {
    const clock = new VirtualTime();
    const names = [...'abcdef'].slice(0, hosts).map((name) => `${name}.example`);
    const openings = new Openings({ host: 'a.example', theirs: 2 });
    const made: { host: string; at: number }[] = [];
    openings.onNote = ({ host, at }) => void made.push({ host, at });
    const carrier = sips(names, openings, clock);
    const goOn = (act: () => void, ms: number): void => {
      act();
      clock.setTimeout(() => goOn(act, ms), ms);
    };
    goOn(() => carrier.send(systemRandom(256), 'lingers'), LINGERS);
    if (said > 0) goOn(() => carrier.send(systemRandom(said)), every);
    let isLate = false;
    clock.setTimeout(() => {
      isLate = true;
    }, 2 * MINUTE);
    await clock.until(() => isLate, HOUR);
    const asked = clock.steady();
    let hereAt = Number.POSITIVE_INFINITY;
    const here = (): void => {
      hereAt = clock.steady();
    };
    const bases = names.map((name) => `https://${name}/`);
    let came: Uint8Array | undefined;
    void fetchPart(part, bases, ports(openings, clock, here)).then((bytes) => {
      came = bytes;
    });
    await clock.until(() => came !== undefined, HOUR);
    expect(came).toEqual(body);
    expect((hereAt - asked) / 1_000).toBeLessThan(seconds);
    const within = ({ host, at }: { host: string; at: number }) =>
      made.filter((other) => other.host === host && other.at >= at && other.at < at + MINUTE);
    expect(Math.max(...made.map((each) => within(each).length))).toBeLessThanOrEqual(ALL);
    carrier.close();
  },
  60_000,
);
