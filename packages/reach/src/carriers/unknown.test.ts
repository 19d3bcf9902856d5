/** What a stranger sees who knows the endpoint: the site's own answer, and sockets that close. */
import { joinEnvelopes } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { systemRandom } from '../clock.ts';
import { Loopback } from '../test/loopback.ts';

let server: Loopback;
beforeEach(async () => {
  server = await Loopback.start();
});
afterEach(() => server.stop());

const noise = () => joinEnvelopes([systemRandom(256)]);

for (const [what, body] of Object.entries({
  'of random bytes': systemRandom(300),
  'of an unknown envelope': noise(),
  'that is truncated': noise().slice(0, 100),
  'that is empty': new Uint8Array(0),
})) {
  test(`a POST ${what} gets the site's answer to an unknown address`, async () => {
    const bytes = new Uint8Array(body);
    const response = await fetch(server.endpoint, { method: 'POST', body: bytes });
    expect([response.status, await response.text()]).toEqual([404, 'not here']);
  });
}

for (const [what, message] of Object.entries({
  'an unknown envelope': systemRandom(256),
  'a message past the limit': new Uint8Array(LIMITS.envelope + 1),
  text: 'hello',
})) {
  test(`a WebSocket that sends ${what} is closed without a word`, async () => {
    const socket = new WebSocket(server.endpoint.replace('http', 'ws'));
    const heard: unknown[] = [];
    socket.on('message', (data) => heard.push(data));
    socket.on('open', () => socket.send(message));
    await new Promise((resolve) => socket.on('close', resolve));
    expect(heard).toEqual([]);
  });
}
