/** Each technique, imposed on real connections between hosts of the lab: it bites as its file says, and no more than that. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { whyNot } from '../network/enter.ts';
import { HOSTS } from '../network/plan.ts';
import { inside } from '../test/inside.ts';
import type { Measured } from '../test/measure.ts';

const reason = whyNot();
if (reason !== undefined) console.warn(`The techniques are not tested here. ${reason}`);

/** A handshake that came to a certificate for another name went through. */
const WRONG_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';

describe.skipIf(reason !== undefined)('a censor', () => {
  let seen: Measured;

  beforeAll(async () => {
    seen = await inside<Measured>(join(import.meta.dirname, '..', 'test', 'measure.ts'));
  }, 180_000);

  test('removes a name from DNS and answers for other resolvers over UDP, not over TCP', () => {
    expect(seen.dns).toEqual({
      removed: 'no-such-name',
      elsewhereByUdp: 'no-such-name',
      elsewhereByTcp: { address: HOSTS.naive.address },
      other: { address: HOSTS.decoy.address },
    });
  });

  test('resets a listed name in a hello that came in pieces, and then whatever goes to that address', () => {
    expect(seen.reset).toEqual({
      other: WRONG_NAME,
      split: 'reset',
      afterwards: 'ECONNREFUSED',
      elsewhere: 'ok',
    });
  });

  test('lets a listed hello through and nothing after it, under any name', () => {
    expect(seen.dropAfter).toEqual({ plain: 'silent', residual: 'silent' });
  });

  test('swallows a listed hello in pieces, until the residual time is over', () => {
    expect(seen.dropHello).toEqual({ split: 'silent', noName: WRONG_NAME });
  });

  test('blocks the listed addresses only', () => {
    expect(seen.address.blocked.bytes).toBe(0);
    expect(seen.address.other.bytes).toBe(1);
  });

  test('resets every hello to the listed addresses, whatever name is in it, and no other', () => {
    const { hellos, datagrams, elsewhere } = seen.addressReset;
    expect(hellos).toEqual(['reset', 'reset', 'reset']);
    expect(datagrams).toBe(false);
    expect(elsewhere).toEqual(['ok', true]);
  });

  test('freezes a connection after 25 packets in all, or as many as are set', () => {
    const { curtainInAll, curtainMoved } = seen;
    expect(curtainInAll.up + curtainInAll.down).toBe(25);
    expect(curtainMoved.up + curtainMoved.down).toBe(31);
  });

  test('freezes each direction after 25 packets of its own', () => {
    expect(seen.curtainEachWay.down).toBe(25);
    expect(seen.curtainEachWay.up).toBeLessThanOrEqual(25);
  });

  test('freezes a connection after 16,384 bytes of replies', () => {
    const { bytes } = seen.curtainBytes;
    expect(bytes).toBeLessThanOrEqual(16_384);
    expect(bytes).toBeGreaterThan(16_384 - 1_500);
  });

  test('leaves connections within the country alone', () => {
    expect(seen.curtainAtHome.bytes).toBe(200_000);
  });

  test('pens the fifth connection within a minute to one address and name, and lets it out again', () => {
    const { first, fifth, otherName, stillPenned, later, events } = seen.policing;
    expect(first).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect([fifth, stillPenned]).toEqual(['silent', 'silent']);
    expect(otherName).toBe(WRONG_NAME);
    expect(later).toBe('ok');
    expect(events).toHaveLength(1);
    expect(events[0]).toMatch(
      new RegExp(`^penned ${HOSTS.ann.address} .*: hellos (.+ s, ){4}0.0 s before$`),
    );
  });

  test('counts no connection that stood before it counted, and lets it carry what it carried', () => {
    const { fresh, overBefore, bytes } = seen.policedLater;
    expect(fresh).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(overBefore).toBe(0);
    expect(bytes).toEqual([32_000, 32_000, 32_000]);
  });

  test('throttles to the rate that is set, past a second’s worth and the burst', () => {
    const { seconds, bytes } = seen.throttle.result as { seconds: number; bytes: number };
    expect(bytes).toBe(200_000);
    const steady = (bytes - 64_000 - 8_000) / seconds;
    expect(steady).toBeLessThan(64_000 * 1.05);
    expect(steady).toBeGreaterThan(64_000 / 4);
  });

  test('holds a trickle back to the rate that is set', () => {
    const { bytes, seconds } = seen.trickle;
    expect(bytes).toBe(16_000);
    expect(bytes / seconds).toBeLessThan(8_000 * 1.05);
    expect(bytes / seconds).toBeGreaterThan(8_000 / 2);
  });

  test('drops all datagrams but DNS, or those of STUN only', () => {
    expect(seen.udpAll).toMatchObject({ any: false, dns: { address: HOSTS.decoy.address } });
    expect(seen.udpAll.tcp.bytes).toBe(1);
    expect(seen.stun).toEqual({ stun: false, any: true });
  });

  test('knows Node by its hello, and QUIC by its version', () => {
    expect(seen.node).toBe('silent');
    expect(seen.quic).toEqual({ one: false, two: true });
  });

  test('lets through what is listed under its own name, and DNS', () => {
    expect(seen.whitelist).toMatchObject({ listed: 'ok', otherName: 'silent' });
    expect(seen.whitelist.foreign.bytes).toBe(0);
    expect(seen.whitelist.dns).toEqual({ address: HOSTS.decoy.address });
    expect(seen.dnsOnly).toMatchObject({ listed: { bytes: 0 } });
    expect(seen.dnsOnly.dns).toEqual({ address: HOSTS.decoy.address });
  });

  test('severs what is abroad, or shuts everything down but the network at home', () => {
    expect(seen.severed.foreign.bytes).toBe(0);
    expect(seen.severed.domestic.bytes).toBe(1);
    expect(seen.shutdown.domestic.bytes).toBe(0);
    expect(seen.shutdown.dns).toBe(null);
    expect(seen.shutdown.neighbour.bytes).toBe(1);
    expect(seen.unplugged.neighbour.bytes).toBe(0);
  });

  test('freezes connections and drops datagrams to what it knows, and then whatever goes there', () => {
    const { known, other, frozen } = seen.tightening;
    expect([known, other]).toEqual([false, true]);
    expect(frozen.up + frozen.down).toBe(25);
    expect(seen.tightened.known.bytes).toBe(0);
    expect(seen.tightened.other.bytes).toBe(1);
  });

  test('is gone without a trace once it is lifted', () => {
    expect(seen.lifted.tls).toBe('ok');
    expect(seen.lifted.big.bytes).toBe(200_000);
  });
});
