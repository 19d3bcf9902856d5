import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  DNS_EXCHANGE,
  type DnsQuery,
  decodeDnsQuery,
  dnsName,
  dnsNameBytes,
  dnsRoom,
  encodeDnsQuery,
  isDnsZone,
} from './dns-query.ts';
import { LIMITS } from './limits.ts';

const ZONE = 't.chat.example';
const most = fc.nat(255).map((units) => 8 * units);
const exchange = fc.uint8Array({ minLength: DNS_EXCHANGE, maxLength: DNS_EXCHANGE });
const piece = fc.uint8Array({ minLength: 1, maxLength: 130 });
const queries: fc.Arbitrary<DnsQuery> = fc.oneof(
  fc.record({ ask: fc.constant('trial' as const), most }),
  fc.record({ ask: fc.constant('answer' as const), most, exchange, from: fc.nat(LIMITS.post) }),
  fc
    .record({ most, exchange, offset: fc.nat(9_999), piece, after: fc.nat(9_999) })
    .map(({ after, ...rest }) => {
      const total = rest.offset + rest.piece.length + after;
      return { ask: 'piece' as const, ...rest, total };
    }),
);

/** As resolvers do that guard against forged answers (0x20). */
const shuffled = (name: string, cases: number) =>
  [...name]
    .map((letter, at) => ((cases >> (at % 31)) & 1 ? letter.toUpperCase() : letter))
    .join('');

test('a query comes out as it went in, and what fills it up says nothing', () => {
  fc.assert(
    fc.property(queries, fc.nat(100), (query, fill) => {
      expect(decodeDnsQuery(encodeDnsQuery(query, fill))).toEqual(query);
    }),
  );
});

test('a name says what it was made of, whatever became of the case of its letters', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: dnsRoom(ZONE) }),
      fc.nat(),
      (bytes, cases) => {
        expect(dnsNameBytes(shuffled(dnsName(bytes, ZONE), cases), ZONE)).toEqual(bytes);
      },
    ),
  );
});

test('no name is longer than DNS allows, in whole or by label, and none says less than it has room for', () => {
  const labels = fc.array(fc.stringMatching(/^[a-z][a-z0-9]{0,18}$/), {
    minLength: 2,
    maxLength: 6,
  });
  fc.assert(
    fc.property(labels, fc.integer({ min: 130, max: 253 }), (parts, letters) => {
      const zone = parts.join('.');
      fc.pre(isDnsZone(zone));
      const room = dnsRoom(zone, letters);
      const name = dnsName(new Uint8Array(room), zone);
      if (room > 0) expect(name.length).toBeLessThanOrEqual(letters);
      expect(dnsName(new Uint8Array(room + 1), zone).length).toBeGreaterThan(letters);
      for (const label of name.split('.')) expect(label.length).toBeLessThanOrEqual(63);
    }),
  );
});

test('any bytes and any name are decoded or malformed, and nothing else', () => {
  const label = fc.stringMatching(/^[a-z2-7]{0,63}$/);
  const name = fc.oneof(
    fc.array(label, { maxLength: 4 }).map((all) => [...all, ZONE].join('.')),
    fc.string(),
  );
  const orMalformed = (decode: () => unknown): void => {
    try {
      decode();
    } catch (error) {
      expect(error).toMatchObject({ code: 'malformed' });
    }
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), name, (bytes, said) => {
      orMalformed(() => decodeDnsQuery(bytes));
      orMalformed(() => dnsNameBytes(said, ZONE));
    }),
  );
});

test('a piece that does not lie in its body is malformed', () => {
  const common = { ask: 'piece', most: 512, exchange: new Uint8Array(8) } as const;
  const three = new Uint8Array(3);
  for (const wrong of [
    { ...common, total: 3, offset: 1, piece: three },
    { ...common, total: 3, offset: 0, piece: new Uint8Array(0) },
    { ...common, total: LIMITS.post + 1, offset: 0, piece: three },
  ]) {
    expect(() => decodeDnsQuery(encodeDnsQuery(wrong))).toThrow('piece');
  }
});

test('a zone is a name in lower case that leaves room', () => {
  for (const zone of ['t.chat.example', 'a.bc', 'x1.xn--80ak6aa92e.com']) {
    expect(isDnsZone(zone)).toBe(true);
  }
  const wrong = ['', 'example', 'T.example', '-a.example', 'a..b', 'a.b.', `${'a.'.repeat(60)}ab`];
  for (const zone of wrong) expect(isDnsZone(zone)).toBe(false);
});
