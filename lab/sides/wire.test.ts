import { describe, expect, test } from 'vitest';
import type { Packet } from '../network/pcap.ts';
import { HOSTS } from '../network/plan.ts';
import { busiest, bytesOf, crossing, leaksIn, mainWay } from './wire.ts';

const home = HOSTS.ann.address;
const away = HOSTS.server.address;
const TLS = Buffer.from([23, 3, 3, 0, 0]);

function packet(over: Partial<Packet> & { payload: Buffer }): Packet {
  const usual = {
    at: 0,
    from: home,
    to: away,
    protocol: 'tcp',
    fromPort: 1_000,
    toPort: 443,
  } as const;
  return { ...usual, length: 40 + over.payload.length, syn: false, sequence: 0, ...over };
}

const hello = packet({ payload: Buffer.from([22, 3, 1, 0, 1, 9]), syn: true });

/** One that names nobody: no session, a cipher suite, no compression (RFC 8446 section 4.1.2). */
const body = Buffer.concat([
  Buffer.from([3, 3]),
  Buffer.alloc(32),
  Buffer.from([0, 0, 2, 19, 1, 1, 0]),
]);
const clientHello = Buffer.from([22, 3, 1, 0, body.length + 4, 1, 0, 0, body.length, ...body]);

describe('what is on the wire', () => {
  test('holds a secret, though it is cut over two packets that were swapped', () => {
    const [one, two] = [Buffer.from('the ice '), Buffer.from('is thin')];
    const packets = [
      hello,
      packet({ payload: two, sequence: 6 + one.length }),
      packet({ payload: one, sequence: 6 }),
    ];
    expect(leaksIn(packets, new Map([['a text', 'ice is thin']]))).toEqual(['a text in clear']);
    expect(leaksIn(packets, new Map([['a text', 'ice is thick']]))).toEqual([]);
  });

  test('holds a token, though it is written in bytes there', () => {
    const token = Buffer.alloc(32, 0xa7);
    const packets = [packet({ payload: Buffer.concat([Buffer.from([22]), token]) })];
    const secrets = new Map([['a token', token.toString('base64url')]]);
    expect(leaksIn(packets, secrets)).toEqual(['a token in clear']);
  });

  test('is found to be no TLS, in either direction', () => {
    const up = packet({ payload: Buffer.from('GET / HTTP/1.1'), syn: true });
    const down = { ...up, from: away, to: home, fromPort: 443, toPort: 1_000 };
    expect(leaksIn([up], new Map())).toEqual([`${away} without TLS`]);
    expect(leaksIn([hello, { ...down, payload: Buffer.from('HTTP/1.1 200') }], new Map())).toEqual([
      `${away} without TLS`,
    ]);
  });

  test('is counted without what stays at home', () => {
    const near = packet({ payload: TLS, to: HOSTS.bob.address });
    expect(bytesOf(crossing([hello, near], [home]))).toBe(46);
  });

  test('tells the way that most came by', () => {
    const back = { from: away, to: home, fromPort: 443, toPort: 1_000 };
    const other = { ...back, from: HOSTS.decoy.address, payload: Buffer.alloc(9, 23) };
    expect(mainWay([packet({ ...back, payload: Buffer.alloc(10, 23) }), packet(other)])).toBe(
      `tcp ${away}`,
    );
    expect(mainWay([hello])).toBe(null);
  });

  test('takes a zone that carries envelopes for a way, and lookups for none', () => {
    const asked = (payload: string) => [
      packet({ protocol: 'udp', toPort: 53, payload: Buffer.from(payload, 'latin1') }),
      packet({
        ...{ protocol: 'udp', from: away, to: home, fromPort: 53, toPort: 1_000 },
        payload: Buffer.alloc(90, 23),
      }),
    ];
    expect(mainWay(asked('\x04aBcd\x01T\x04chat\x07eXample\0'))).toBe(`dns ${away}`);
    expect(mainWay(asked('\x04chat\x07example\0'))).toBe(null);
  });

  test('tells where connections were crowded, each client, address and name for itself', () => {
    const begins = (at: number, fromPort: number, over: Partial<Packet> = {}) =>
      packet({ at, fromPort, syn: true, payload: clientHello, ...over });
    const apart = [0, 30, 59, 61, 200].map((at, index) => begins(at, 2_000 + index));
    const other = [1, 2].map((at) => begins(at, 3_000 + at, { to: HOSTS.decoy.address }));
    expect(busiest([...apart, ...other])).toEqual({ where: `${home} ${away}`, most: 3 });
    expect(busiest([hello])).toBe(null);
  });
});
