import { expect, test } from 'vitest';
import { placesHere } from './beacon-socket.ts';

const four = (address: string, internal = false) =>
  ({ family: 'IPv4', address, internal, netmask: '', mac: '', cidr: null }) as const;
const six = (address: string, scopeid: number, internal = false) =>
  ({ family: 'IPv6', address, scopeid, internal, netmask: '', mac: '', cidr: null }) as const;

test('beacons go out by each own address of IPv4 and each interface that has a link of IPv6, never to this device itself', () => {
  const places = placesHere({
    lo: [four('127.0.0.1', true), six('::1', 0, true)],
    eth0: [four('192.168.7.2'), six('2001:db8::2', 0), six('fe80::2', 3), six('fe80::3', 3)],
    wlan0: [six('fe80::4', 4)],
    tun0: [six('2001:db8::5', 0)],
    gone: undefined,
  });
  expect([...places.keys()]).toEqual(['4 192.168.7.2', '6 eth0', '6 wlan0']);
});

test('without a network there is nowhere to send one', () => {
  expect(placesHere({}).size).toBe(0);
});
