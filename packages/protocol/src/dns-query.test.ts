import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  DNS_ASK,
  DNS_EXCHANGE,
  DNS_SALT,
  type DnsQuery,
  decodeDnsQuery,
  dnsPieceSize,
  dnsRoom,
  encodeDnsQuery,
  isDnsZone,
} from './dns-query.ts';
import { LIMITS } from './limits.ts';

const ZONE = 't.chat.example';
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const common = { most: fc.nat(255).map((units) => 8 * units), salt: bytes(DNS_SALT) };
const exchange = bytes(DNS_EXCHANGE);
const piece = fc.uint8Array({ minLength: 1, maxLength: dnsPieceSize(ZONE) });
const queries: fc.Arbitrary<DnsQuery> = fc.oneof(
  fc.record({ ask: fc.constant('trial' as const), ...common }),
  fc.record({
    ask: fc.constant('answer' as const),
    ...common,
    exchange,
    from: fc.nat(LIMITS.post),
  }),
  fc
    .record({ ...common, exchange, offset: fc.nat(9_999), piece, after: fc.nat(9_999) })
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

test('a query comes out of its name as it went in, whatever became of the case of its letters', () => {
  fc.assert(
    fc.property(queries, fc.nat(), (query, cases) => {
      const name = shuffled(encodeDnsQuery(query, ZONE), cases);
      expect(decodeDnsQuery(name, ZONE)).toEqual(query);
    }),
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
      const query = { ask: 'answer', most: 8, salt: new Uint8Array(4), from: 0 } as const;
      const fill = new Uint8Array(Math.max(0, dnsRoom(zone, letters) - DNS_ASK));
      const name = encodeDnsQuery({ ...query, exchange: new Uint8Array(8) }, zone, fill);
      if (fill.length > 0) expect(name.length).toBeLessThanOrEqual(letters);
      if (fill.length > 0) expect(name.length).toBeGreaterThan(letters - 4);
      for (const label of name.split('.')) expect(label.length).toBeLessThanOrEqual(63);
    }),
  );
});

test('what fills a question up says nothing', () => {
  const query = { ask: 'trial', most: 512, salt: new Uint8Array(4).fill(9) } as const;
  expect(decodeDnsQuery(encodeDnsQuery(query, ZONE, new Uint8Array(99)), ZONE)).toEqual(query);
});

test('any name is decoded or malformed, and nothing else', () => {
  const label = fc.stringMatching(/^[a-z2-7]{0,63}$/);
  const name = fc.oneof(
    fc.array(label, { maxLength: 4 }).map((all) => [...all, ZONE].join('.')),
    fc.string(),
  );
  fc.assert(
    fc.property(name, (said) => {
      try {
        decodeDnsQuery(said, ZONE);
      } catch (error) {
        expect(error).toMatchObject({ code: 'malformed' });
      }
    }),
  );
});

test('a zone is a name in lower case that leaves room', () => {
  for (const zone of ['t.chat.example', 'a.bc', 'x1.xn--80ak6aa92e.com']) {
    expect(isDnsZone(zone)).toBe(true);
  }
  const wrong = ['', 'example', 'T.example', '-a.example', 'a..b', 'a.b.', `${'a.'.repeat(60)}ab`];
  for (const zone of wrong) expect(isDnsZone(zone)).toBe(false);
});
