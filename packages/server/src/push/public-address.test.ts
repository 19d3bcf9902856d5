import { expect, test } from 'vitest';
import { isPushEndpoint, isUsualService } from './deliver.ts';
import { isPublicAddress } from './public-address.ts';

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '169.254.169.254',
  '172.31.255.255',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:10.0.0.1',
  '64:ff9b::a00:1',
  'fe80::1',
  'fd00::1',
  'ff02::1',
  '2001:db8::1',
  '2002:a00:1::1',
])('%s is not of the public internet', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(['1.1.1.1', '172.32.0.1', '142.250.1.1', '2a00:1450:4001::200a', '2606:4700::1111'])(
  '%s is',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  'http://push.example/a',
  'https://push.example:8443/a',
  'https://me:secret@push.example/a',
  'https://127.0.0.1/a',
  'https://0x7f.1/a',
  'https://[::1]/a',
  'https://[::ffff:127.0.0.1]/a',
  'ftp://push.example',
  'push.example',
  '',
])('%j is no push service', (url) => {
  expect(isPushEndpoint(url, { mayReach: isPublicAddress })).toBe(false);
});

test('a name is looked up when a message goes there, and not before', () => {
  expect(isPushEndpoint('https://fcm.googleapis.com/x', { mayReach: isPublicAddress })).toBe(true);
});

test.each([
  ['https://fcm.googleapis.com/fcm/send/x', true],
  ['https://web.push.apple.com/x', true],
  ['https://push.apple.com.evil.example/x', false],
  ['https://evilgoogleapis.com/x', false],
])("%s is a browser's own push service: %s", (url, usual) => {
  expect(isUsualService(new URL(url))).toBe(usual);
});
