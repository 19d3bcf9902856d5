/** Where an invite says that the page's files can be had. */
import { encodeInvite, inviteLink } from '@polynya/protocol/invite-link';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { basesIn } from './bases.ts';

const key = new Uint8Array(32).fill(7);
const linkTo = (endpoints: string[]) =>
  inviteLink('https://chat.example/', { kind: 'server', identity: key, endpoints, secret: key });

test('a server’s page is beside its endpoint, a bridge’s below its path', () => {
  const bridge = 'https://bakery.example/abcdefghijklmnopqrstuv';
  expect(basesIn(linkTo(['https://chat.example/s', 'https://a.example/secret/s', bridge]))).toEqual(
    ['https://chat.example/', 'https://a.example/secret/', `${bridge}/`],
  );
});

test('endpoints that no browser can fetch from are passed over', () => {
  const pinned = 'https://203.0.113.9/path#sha256=abc';
  expect(basesIn(linkTo([pinned, 'webrtc:203.0.113.9', 'https://chat.example/s']))).toEqual([
    'https://chat.example/',
  ]);
});

test('endpoints of any length are read, as many as there are', () => {
  const path = fc.string({ unit: fc.constantFrom('a', 'b', '1'), maxLength: 400 });
  fc.assert(
    fc.property(fc.array(path, { minLength: 1, maxLength: 16 }), (paths) => {
      const endpoints = paths.map((each) => `https://a.example/${each}x`);
      const bases = endpoints.map((endpoint) => `${endpoint}/`);
      expect(basesIn(linkTo(endpoints))).toEqual(bases);
    }),
  );
});

test('what is no invite has none, whatever it is', () => {
  fc.assert(fc.property(fc.string(), (text) => Array.isArray(basesIn(`https://a/#${text}`))));
  const whole = encodeInvite({
    kind: 'server',
    identity: key,
    endpoints: ['https://a/s'],
    secret: key,
  });
  for (let length = 0; length < 50; length++) expect(basesIn(whole.slice(0, length))).toEqual([]);
});
