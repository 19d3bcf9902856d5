import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeHostAddresses, encodeHostAddresses, isHostAddresses } from './host-addresses.ts';
import { LIMITS } from './limits.ts';

test('addresses of hosts are one endpoint, which says of itself that nobody goes there', () => {
  const hosts = new Map([
    ['bakery.example', ['203.0.113.101', '2001:db8::1']],
    ['choir.example', ['203.0.113.102']],
  ]);
  const line = 'at:#bakery.example=203.0.113.101,2001:db8::1&choir.example=203.0.113.102';
  expect(encodeHostAddresses(hosts)).toBe(line);
  expect(isHostAddresses(line)).toBe(true);
  expect(isHostAddresses('https://bakery.example/s')).toBe(false);
  expect(decodeHostAddresses(line)).toEqual(hosts);
});

test('nothing is said of no host, and what is no host or address is left out', () => {
  expect(encodeHostAddresses(new Map())).toBeNull();
  expect(encodeHostAddresses(new Map([['localhost', ['127.0.0.1']]]))).toBeNull();
  const some = new Map([['a.example', ['x', '203.0.113.1']]]);
  expect(encodeHostAddresses(some)).toBe('at:#a.example=203.0.113.1');
});

test('what finds no room is left out, and all that is said is understood', () => {
  const label = fc.stringMatching(/^[a-z\d]{1,20}$/);
  const hosts = fc.uniqueArray(fc.tuple(label, fc.array(fc.ipV4(), { minLength: 1 })), {
    maxLength: 30,
    selector: ([name]) => name,
  });
  fc.assert(
    fc.property(hosts, (list) => {
      const said = new Map(list.map(([name, all]) => [`${name}.example`, all]));
      const line = encodeHostAddresses(said) ?? '';
      expect(line.length).toBeLessThanOrEqual(LIMITS.endpoint);
      for (const [host, all] of decodeHostAddresses(line)) {
        expect(all).toEqual(said.get(host)?.slice(0, 4));
      }
    }),
  );
});

test('arbitrary text is read as nothing worse than nothing', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const [host, all] of decodeHostAddresses(`at:#${text}`)) {
        expect(host).toMatch(/\./);
        expect(all.length).toBeGreaterThan(0);
      }
    }),
  );
});
