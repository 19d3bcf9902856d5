import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeNearCode, encodeNearCode, isHomeAddress } from './near-code.ts';
import { ProtocolError } from './protocol-error.ts';

const at = { port: 40_123, secret: 'AAECAwQFBgcICQoLDA0ODw', fingerprint: new Uint8Array(32) };
const tail = `:40123/${at.secret}#dtls=${'A'.repeat(43)}`;

describe('a code of who is near', () => {
  test('says one endpoint for each address, also with spaces around it', () => {
    const code = encodeNearCode(['192.168.7.11', 'fd00::5'], at);
    expect(code).toBe(`polynya-near://192.168.7.11,[fd00::5]${tail}`);
    expect(decodeNearCode(` ${code}\n`)).toEqual([
      `webrtc://192.168.7.11${tail}`,
      `webrtc://[fd00::5]${tail}`,
    ]);
  });

  test.each([
    ['nothing', ''],
    ['a link', 'https://chat.example/#abc'],
    ['an endpoint', `webrtc://192.168.7.11${tail}`],
    ['an address outside', `polynya-near://203.0.113.5${tail}`],
    ['one of them outside', `polynya-near://192.168.7.11,8.8.8.8${tail}`],
    ['a name', `polynya-near://home.example${tail}`],
    ['too many', `polynya-near://${Array(5).fill('10.0.0.1').join(',')}${tail}`],
    ['no port', `polynya-near://10.0.0.1:0/${tail.slice(7)}`],
    ['a port beyond', `polynya-near://10.0.0.1:70000/${tail.slice(7)}`],
  ])('is refused as %s', (_what, text) => {
    expect(() => decodeNearCode(text)).toThrow(ProtocolError);
  });

  test('is refused as anything else in one way', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => decodeNearCode(`polynya-near://${text}`)).toThrow(ProtocolError);
      }),
    );
  });
});

test.each([
  ...['10.0.0.1', '172.16.0.1', '172.31.255.1', '192.168.0.9', '169.254.3.4'],
  ...['127.0.0.1', 'fd12::1', 'fc00::9', '::1'],
])('%s is of a network at home', (address) => expect(isHomeAddress(address)).toBe(true));

test.each([
  ...[
    '8.8.8.8',
    '172.15.0.1',
    '172.32.0.1',
    '100.64.0.1',
    '100.127.0.1',
    '192.169.0.1',
    '1.10.0.1',
  ],
  ...['2001:db8::1', 'fe80::1', 'fcc::1'],
])('%s is not', (address) => expect(isHomeAddress(address)).toBe(false));
