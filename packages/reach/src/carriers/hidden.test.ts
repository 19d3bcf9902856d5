import { expect, test } from 'vitest';
import { isHidden } from './hidden.ts';
import { webSocketCarrier } from './websocket/client.ts';

const PATH = 'abcdefghijklmnopqrstuv';

test.each([
  ['a bridge', `https://bakery.example/${PATH}`, true],
  ['a server behind a web site', `https://203.0.113.20/${PATH}/s`, true],
  ['its page', `https://203.0.113.20/${PATH}/`, true],
  ['a server that shows itself', 'https://chat.example/s', false],
  ['a bridge with a certificate of its own', `https://bakery.example/${PATH}#sha256=abc`, true],
  ['a path of another length', `https://chat.example/${PATH}w/s`, false],
  ['a host of as many letters', `https://${PATH}/s`, false],
  ['what is no URL', 'https://[', false],
])('of %s it is told whether it passes for a web site', (_, endpoint, hidden) => {
  expect(isHidden(endpoint)).toBe(hidden);
});

test('a page goes by WebSocket to no host that passes for a web site', () => {
  expect(webSocketCarrier.takes?.('https://chat.example/s')).toBe(true);
  expect(webSocketCarrier.takes?.(`https://bakery.example/${PATH}`)).toBe(false);
  expect(webSocketCarrier.takes?.('stun:203.0.113.20:3478')).toBe(false);
});
