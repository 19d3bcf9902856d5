/** What a client says of its way, as a board calls it. */
import { expect, test } from 'vitest';
import { wayInWords, wayOfClient, wayOfWire } from './way.ts';

const named = (said: string) => {
  const way = wayOfClient(said);
  return way && wayInWords(way);
};

test('a WebSocket is told apart by whether it goes by name or by address', () => {
  expect(named('websocket https://chat.example/s')).toBe('wss by name, chat.example');
  expect(named('websocket https://203.0.113.10/s')).toBe('wss by address, 203.0.113.10');
});

test('a carrier that spreads has all its hosts, each once, and none shows a path', () => {
  const said = 'sip https://bakery.example/secret https://choir.example/s https://choir.example/t';
  expect(named(said)).toBe('sip, bakery.example, choir.example');
});

test('what is no URL of the web has its host too', () => {
  expect(named('webrtc-direct webrtc:203.0.113.10:33478#abc')).toBe('webrtc-direct, 203.0.113.10');
  expect(named('dns dns:t.chat.example#abc')).toBe('dns, t.chat.example');
  expect(named('pigeon https://chat.example/s')).toBeNull();
});

test('the wire alone shows no more than TLS, datagrams and names', () => {
  expect(['tls chat.example', 'udp 203.0.113.10', 'dns 192.0.2.53'].map(wayOfWire)).toEqual([
    { carrier: 'tls', host: 'chat.example' },
    { carrier: 'webrtc-direct', host: '203.0.113.10' },
    { carrier: 'dns', host: '192.0.2.53' },
  ]);
});
