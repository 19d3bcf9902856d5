/** A client and a server over real loopback sockets: what a caller of `Connection` is promised. */
import type { Entry } from '@polynya/protocol/requests';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { postCarrier } from './carriers/post/client.ts';
import { webSocketCarrier } from './carriers/websocket/client.ts';
import { systemRandom } from './clock.ts';
import { Loopback } from './test/loopback.ts';

let server: Loopback;
beforeEach(async () => {
  server = await Loopback.start();
});
afterEach(() => server.stop());

const ID = new Uint8Array(16).fill(1);
const SECRET = new Uint8Array(32).fill(2);
const newEntry = (body: number) => ({ id: systemRandom(16), epoch: 0, body: Uint8Array.of(body) });

test('a call is answered over WebSocket', async () => {
  const log = server.connect({}, [webSocketCarrier]).log(ID, SECRET);
  expect(await log.append([newEntry(1), newEntry(2)])).toEqual({ seqs: [1, 2] });
  expect((await log.read(1, 1_000)).entries.map(({ body }) => body[0])).toEqual([1, 2]);
});

test('a call is answered over HTTP POST', async () => {
  const log = server.connect({}, [postCarrier]).log(ID, SECRET);
  expect(await log.append([newEntry(1)])).toEqual({ seqs: [1] });
});

for (const [name, carrier] of Object.entries({ webSocketCarrier, postCarrier })) {
  test(`a watcher gets what was there and what comes, in order, by ${name}`, async () => {
    const writer = server.connect().log(ID, SECRET);
    await writer.append([newEntry(1)]);
    const reader = server.connect({}, [carrier]).log(ID, SECRET);
    const seen: Entry[] = [];
    const signals: Uint8Array[] = [];
    let arrived: () => void = () => undefined;
    reader.watch(
      {
        entries: (entries) => {
          seen.push(...entries);
          arrived();
        },
        signal: (body) => {
          signals.push(body);
          arrived();
        },
      },
      1,
    );
    const until = (done: () => boolean) =>
      new Promise<void>((resolve) => {
        arrived = () => done() && resolve();
        arrived();
      });
    await until(() => seen.length === 1);
    for (let i = 2; i <= 5; i++) await writer.append([newEntry(i)]);
    await until(() => seen.length === 5);
    expect(seen.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    await writer.signal(Uint8Array.of(42));
    await until(() => signals.length === 1);
  });
}
