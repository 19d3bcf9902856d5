/** Pieces that grow on a live carrier, in virtual time: what is lost, slow or made up on the way ends nothing for good. */
import { joinEnvelopes } from '@polynya/protocol/envelope';
import { encodeDownSip, type UpSip } from '@polynya/protocol/sip';
import { describe, expect, test } from 'vitest';
import { Openings } from '../../client/openings.ts';
import { systemRandom } from '../../clock.ts';
import { sipsOver } from '../../test/sip-line.ts';
import { VirtualTime } from '../../test/virtual-time.ts';
import { SipCarrier } from './sips.ts';

const HOUR = 3_600_000;

describe('an attempt of which only the answer froze', () => {
  test.each([8_200, 9_000, 12_000, 24_000])(
    'in %i bytes, holds up nothing that comes after it',
    async (bytes) => {
      let lost = false;
      const { carrier, takesToSend } = sipsOver({
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

test('a host that dies costs its own connections, and no length', async () => {
  const dies = (_: UpSip, __: number, ms: number, endpoint: string) =>
    ms > 100_000 && endpoint.includes('a.') ? 'up' : 'ok';
  const { carrier, takesToSend } = sipsOver({ fate: dies });
  // By 8,192 bytes, at three connections a minute to each of the three that are left.
  const long = (600_000 / 8_192 / 9) * 65;
  await takesToSend(256);
  expect(await takesToSend(600_000)).toBeLessThan(long * 1.1);
  carrier.close();
});

test('where each connection takes long, long pieces are given their time', async () => {
  const { carrier, takesToSend, posts } = sipsOver({ takes: () => 7_000 });
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
