/** Which envelopes leave while connections are few. */
import { u32 } from '@polynya/protocol/bytes';
import { joinEnvelopes } from '@polynya/protocol/envelope';
import { decodeUpSip, encodeDownSip } from '@polynya/protocol/sip';
import { expect, test } from 'vitest';
import { Openings } from '../../client/openings.ts';
import { systemRandom } from '../../clock.ts';
import { VirtualTime } from '../../test/virtual-time.ts';
import type { Manner } from '../carrier.ts';
import type { Post } from '../post/post.ts';
import { SipCarrier } from './sips.ts';

/** More than an envelope waits for company, and so little that none is sent twice in the course of a test, in ms. */
const APART = 160;

/** How many envelopes of each manner leave at once, of so many one after the other, and to so many hosts. */
async function leaving(
  hosts: number,
  all: readonly (readonly [Manner, number])[],
): Promise<number[]> {
  const clock = new VirtualTime();
  const endpoints = Array.from({ length: hosts }, (_, host) => `https://${host}.example/s`);
  let left = 0;
  const post = () => {
    left++;
    return new Promise<never>(() => undefined);
  };
  const options = { endpoints, clock, random: systemRandom, post, openings: new Openings() };
  const carrier = new SipCarrier(options);
  const counts: number[] = [];
  for (const [manner, times] of all) {
    const before = left;
    for (let time = 0; time < times; time++) {
      carrier.send(systemRandom(256), manner);
      let over = false;
      clock.setTimeout(() => {
        over = true;
      }, APART);
      await clock.until(() => over, APART);
    }
    counts.push(left - before);
  }
  carrier.close();
  return counts;
}

test('what is looked up and what lingers leave connections for what is said', async () => {
  const all = [
    ['asked', 18],
    ['lingers', 2],
    ['said', 2],
  ] as const;
  expect(await leaving(6, all)).toEqual([16, 1, 1]);
});

test('what takes many connections comes through where there is one host, and something lingers', async () => {
  const clock = new VirtualTime();
  const answer = systemRandom(9_000);
  const post: Post = async (_, body) => {
    const { from, most, total } = decodeUpSip(body);
    if (total < 300) {
      const piece = joinEnvelopes([new Uint8Array(256)]);
      const lingered = encodeDownSip({ state: 'answer', total: piece.length, offset: 0, piece });
      return new Promise((resolve) => clock.setTimeout(() => resolve(lingered), 50_000));
    }
    const piece = answer.subarray(from, from + most);
    return encodeDownSip({ state: 'answer', total: answer.length, offset: from, piece });
  };
  const endpoints = ['https://one.example/s'];
  const options = { endpoints, clock, random: systemRandom, post, openings: new Openings() };
  const carrier = new SipCarrier(options);
  let heard = false;
  carrier.onEnvelope = ({ length }) => {
    if (length > 256) heard = true;
    else carrier.send(systemRandom(256), 'lingers');
  };
  answer.set(u32(8_996));
  carrier.send(systemRandom(256), 'lingers');
  carrier.send(systemRandom(512), 'asked');
  await clock.until(() => heard, 10 * 60_000);
  carrier.close();
});

test('where there are few hosts, what is looked up has all connections', async () => {
  expect(
    await leaving(2, [
      ['asked', 7],
      ['said', 1],
    ]),
  ).toEqual([6, 0]);
});
