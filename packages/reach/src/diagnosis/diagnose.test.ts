import { describe, expect, test } from 'vitest';
import { diagnose, type HostSeen, type Seen } from './diagnose.ts';

const address = (over: Partial<HostSeen> = {}): HostSeen => ({
  ...{ host: '203.0.113.10', dns: null, tcp: 'ok', otherPort: null, tls: 'ok', otherHello: null },
  ...over,
});
const named = (over: Partial<HostSeen> = {}): HostSeen =>
  address({ host: 'chat.example', dns: 'ok', ...over });
const dead = { tcp: 'silent', otherPort: 'silent', tls: null } as const;
const fine: Seen = {
  ...{ connected: true, resolver: true, server: [address(), named()], home: [], abroad: [] },
  transfer: { bytes: 200_000, bitsPerSecond: 9_000_000, stalled: false },
  reached: true,
};
const said = (over: Partial<Seen>) => diagnose({ ...fine, ...over });

describe('a line', () => {
  test('that does all it should has nothing done to it', () => {
    expect(diagnose(fine)).toEqual({ diagnosis: 'none', figure: null });
  });

  test.each<[why: string, seen: Partial<Seen>, diagnosis: string]>([
    [
      'the resolver denies the name',
      { server: [address(), named({ dns: 'refused', tcp: null, tls: null })] },
      'dns-removed',
    ],
    [
      'the resolver says nothing of the name, and something of others',
      { server: [address(), named({ dns: 'silent', tcp: null, tls: null })], home: [named()] },
      'dns-removed',
    ],
    [
      'no name is known, though the server is reached at an address that is remembered',
      {
        resolver: false,
        server: [address(dead), named({ dns: 'silent', tcp: null, tls: null })],
        home: [named({ dns: 'silent', tcp: null, tls: null })],
      },
      'dns-removed',
    ],
    [
      'the name is reset, the address is not',
      { server: [address(), named({ tls: 'reset' })] },
      'name-filtered',
    ],
    [
      'the name is met with silence, the address is not',
      { server: [address(), named({ tls: 'silent' })] },
      'name-filtered',
    ],
    [
      'only the port of TLS is silent',
      {
        server: [
          address({ ...dead, otherPort: 'refused' }),
          named({ ...dead, otherPort: 'refused' }),
        ],
      },
      'name-filtered',
    ],
    [
      'a hello that says the name is reset, and one to the same address that does not passes',
      { server: [named({ tls: 'reset', unnamed: 'ok' })] },
      'name-filtered',
    ],
    [
      'the only name is reset, and nobody could ask without it',
      { server: [named({ tls: 'reset' })] },
      'name-filtered',
    ],
    [
      'every hello to the address is reset, with the name or without',
      { server: [address({ tls: 'reset' }), named({ tls: 'reset', unnamed: 'reset' })] },
      'address-blocked',
    ],
    [
      'every hello to the address is reset, of a server that has no name',
      { server: [address({ tls: 'reset' })] },
      'address-blocked',
    ],
    [
      'every hello to the name’s address is met with silence, with the name or without',
      { server: [named({ tls: 'silent', unnamed: 'silent' })] },
      'address-blocked',
    ],
    [
      'connections to an address refuse that is known by no name',
      { server: [address({ tcp: 'refused', otherPort: 'refused', tls: null })] },
      'address-blocked',
    ],
    [
      'no packet comes from the address',
      { server: [address(dead), named(dead)] },
      'address-blocked',
    ],
    [
      'only hellos of this program are swallowed',
      {
        server: [
          address({ tls: 'silent', otherHello: 'ok' }),
          named({ tls: 'silent', otherHello: 'ok' }),
        ],
      },
      'fingerprint-filtered',
    ],
    [
      'sites at home answer, none abroad does',
      { server: [address(dead), named(dead)], home: [named(), named()], abroad: [named(dead)] },
      'foreign-severed',
    ],
    [
      'some sites at home answer, others do not, and none abroad',
      { server: [address(dead), named(dead)], home: [named(), named(dead)], abroad: [named(dead)] },
      'domestic-only',
    ],
    [
      'nothing but the resolver answers',
      { server: [address(dead), named(dead)], home: [named(dead)], abroad: [named(dead)] },
      'domestic-only',
    ],
    [
      'nothing answers in a network',
      {
        ...{ resolver: false, reached: false },
        server: [address(dead), named({ ...dead, dns: 'silent' })],
      },
      'lan-only',
    ],
    ['there is no network', { connected: false, server: [] }, 'offline'],
  ])('on which %s', (_why, seen, diagnosis) => {
    expect(said(seen)).toEqual({ diagnosis, figure: null });
  });

  test('whose resolver says nothing is told with how long it was waited for', () => {
    const server = [address(), named({ dns: 'silent', tcp: null, tls: null })];
    const finding = { diagnosis: 'dns-removed', figure: 4_000 };
    expect(said({ resolver: false, server, waited: 4_000 })).toEqual(finding);
  });

  test('that goes silent after so many bytes is frozen, with that figure', () => {
    const transfer = { bytes: 14_480, bitsPerSecond: null, stalled: true };
    expect(said({ transfer })).toEqual({ diagnosis: 'frozen', figure: 14_480 });
  });

  test('that is slow is throttled, with its rate', () => {
    const transfer = { bytes: 90_000, bitsPerSecond: 127_000, stalled: false };
    expect(said({ transfer })).toEqual({ diagnosis: 'throttled', figure: 127_000 });
  });

  test('to a server that is switched off has nothing done to it', () => {
    const off = { tcp: 'refused', otherPort: 'refused', tls: null } as const;
    const seen = { server: [address(off), named(off)], transfer: null };
    expect(said({ ...seen, reached: false }).diagnosis).toBe('none');
    // But if it answers by another way, it is the line that refuses.
    expect(said({ ...seen, reached: true }).diagnosis).toBe('name-filtered');
  });

  test('that counts connections is policed, though those that pass freeze too', () => {
    const stalled = { bytes: 16_000, bitsPerSecond: null, stalled: true };
    const finding = { diagnosis: 'connections-policed', figure: 4 };
    expect(said({ passed: 4, transfer: stalled })).toEqual(finding);
  });

  test('that counts connections is policed, though all hellos to the server are met with silence', () => {
    const silent = [address({ tls: 'silent' }), named({ tls: 'silent', unnamed: 'silent' })];
    const finding = { diagnosis: 'connections-policed', figure: 4 };
    expect(said({ server: silent, passed: 4 })).toEqual(finding);
    const gone = { server: [address(dead), named(dead)], passed: 4 };
    expect(said(gone).diagnosis).toBe('address-blocked');
  });

  test('that counts connections is policed, though the server’s name is silent after too many to it', () => {
    const finding = { diagnosis: 'connections-policed', figure: 4 };
    const silent = { server: [address(), named({ tls: 'silent' })], passed: 4 };
    expect(said(silent)).toEqual(finding);
    const reset = { server: [address(), named({ tls: 'reset' })], passed: 4 };
    expect(said(reset).diagnosis).toBe('name-filtered');
  });

  test.each([
    { stun: 'silent', plain: 'silent' },
    { stun: 'silent', plain: 'ok' },
  ] as const)('that drops datagrams is told by a server that is there: %o', (steps) => {
    expect(said({ datagrams: { tcp: 'refused', ...steps } }).diagnosis).toBe('udp-dropped');
    expect(said({ datagrams: { tcp: 'silent', ...steps } }).diagnosis).toBe('none');
  });
});
