/** A client and a server over real loopback sockets: what a caller of `Connection` is promised. */

import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Entry } from '@polynya/protocol/requests';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { postCarrier } from '../carriers/post/client.ts';
import { webSocketCarrier } from '../carriers/websocket/client.ts';
import { systemRandom } from '../clock.ts';
import { CountingClock } from '../test/counting-clock.ts';
import { Loopback } from '../test/loopback.ts';

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

/** Resolves when `check` holds; the test's own timeout is the bound. */
async function eventually(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('a server that was started anew is asked again: what waits is answered, watches go on', async () => {
  const log = server.connect({}, [webSocketCarrier]).log(ID, SECRET);
  const seen: number[] = [];
  log.watch({ entries: (entries) => void seen.push(...entries.map(({ seq }) => seq)) }, 1);
  await log.append([newEntry(1)]);
  await server.restart();
  await log.append([newEntry(2)]);
  await server.restart();
  for (const socket of server.sockets) socket.terminate();
  await log.append([newEntry(3)]);
  await eventually(() => seen.length === 3);
  expect(seen).toEqual([1, 2, 3]);
  expect(server.logs.log(ID)).toHaveLength(3);
});

test('a saved record whose key is gone costs a request for a new one, and no carrier its good name', async () => {
  let saved: Uint8Array | undefined;
  const saveRecord = (record: Uint8Array) => {
    saved = record;
  };
  await server
    .connect({ saveRecord })
    .log(ID, SECRET)
    .append([newEntry(1)]);
  const record = saved;
  await server.restart();
  if (!record) throw new Error('no record was saved');
  await server
    .connect({ record, saveRecord })
    .log(ID, SECRET)
    .append([newEntry(2)]);
  expect(saved).toEqual(server.sessions.record());
  expect(server.posts).toBe(0);
});

test('a record that is good saves the request for it: one flight up, one reply down', async () => {
  const record = server.sessions.record();
  const saved: Uint8Array[] = [];
  const connection = server.connect({ record, saveRecord: (fresh) => saved.push(fresh) });
  await connection.log(ID, SECRET).append([newEntry(1)]);
  expect(saved).toEqual([]);
});

test('a record with a wrong signature is refused', async () => {
  const forged = server.sessions.record().map((byte, i) => (i === 40 ? byte ^ 1 : byte));
  const log = server.connect({ record: forged }).log(ID, SECRET);
  expect(await log.append([newEntry(1)])).toEqual({ seqs: [1] });
});

test('no shared version is told as the permanent error `version`', async () => {
  const connection = server.connect({ versions: [7] });
  const refused = connection.log(ID, SECRET).append([newEntry(1)]);
  await expect(refused).rejects.toMatchObject({ code: 'version', retriable: false });
  expect(connection.problem).toBe('version');
  expect(connection.hello?.versions).toEqual([1]);
});

test('a session moves from WebSocket to POST in the middle of a call', async () => {
  const log = server.connect().log(ID, SECRET);
  await log.append([newEntry(1)]);
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  server.logs.delay = () => gate;
  const appended = log.append([newEntry(2)]);
  await eventually(() => server.logs.log(ID).length === 2);
  server.serves.websocket = false;
  for (const socket of server.sockets) socket.terminate();
  await eventually(() => server.posts > 0);
  go();
  expect(await appended).toEqual({ seqs: [2] });
  expect(server.sessions.size).toBe(1);
});

test('where WebSockets are refused, POST is used; where POST is, the WebSocket', async () => {
  server.serves.websocket = false;
  await server
    .connect()
    .log(ID, SECRET)
    .append([newEntry(1)]);
  server.serves = { websocket: true, post: false };
  await server
    .connect({}, [postCarrier, webSocketCarrier])
    .log(ID, SECRET)
    .append([newEntry(2)]);
});

test('a refusal reaches the caller as it was meant, and the connection goes on', async () => {
  const connection = server.connect();
  const wrong = connection.log(ID, new Uint8Array(32));
  await expect(wrong.append([newEntry(1)])).rejects.toMatchObject({ code: 'not-found' });
  const refused = new Promise<ProtocolError>((resolve) => {
    wrong.watch({ entries: () => undefined, refused: resolve }, 1);
  });
  expect((await refused).code).toBe('not-found');
  wrong.setSecret(SECRET);
  expect(await wrong.append([newEntry(1)])).toEqual({ seqs: [1] });
});

test('a request longer than an envelope is refused before it is sent', async () => {
  const log = server.connect().log(ID, SECRET);
  const big = () => ({ ...newEntry(1), body: new Uint8Array(65_000) });
  await expect(log.append([big(), big(), big()])).rejects.toMatchObject({ code: 'too-big' });
});

test('an aborted call rejects with the reason of its signal', async () => {
  server.serves = { websocket: false, post: false };
  const abort = new AbortController();
  const log = server.connect().log(ID, SECRET);
  const call = log.append([newEntry(1)], { signal: abort.signal });
  abort.abort(new ProtocolError('busy', 'given up'));
  await expect(call).rejects.toThrow('given up');
});

test('closing rejects what waits and ends the session at the server', async () => {
  const connection = server.connect();
  await connection.log(ID, SECRET).append([newEntry(1)]);
  expect(server.sessions.size).toBe(1);
  connection.close();
  await eventually(() => server.sessions.size === 0);
  await expect(connection.call({ op: 'handles', count: 1 })).rejects.toThrow(ProtocolError);
});

for (const [name, carrier] of Object.entries({ webSocketCarrier, postCarrier })) {
  test(`closing leaves no timer behind, by ${name}`, async () => {
    const clock = new CountingClock();
    const connection = server.connect({ clock }, [carrier]);
    const log = connection.log(ID, SECRET);
    log.watch({ entries: () => undefined, signal: () => undefined }, 1);
    await log.append([newEntry(1)]);
    await log.signal(Uint8Array.of(1));
    expect(clock.pending).toBeGreaterThan(0);
    connection.close();
    await expect.poll(() => clock.pending).toBe(0);
  });
}

test('status and greeting are told as they change', async () => {
  const connection = server.connect();
  const heard: string[] = [];
  connection.onStatus((status) => heard.push(status));
  connection.onHello(({ build, offset }) => heard.push(build, String(Math.abs(offset) < 5_000)));
  await connection.log(ID, SECRET).append([newEntry(1)]);
  await eventually(() => connection.status === 'online');
  expect(heard).toEqual(['connecting', 'b1', 'true', 'online']);
});

test('many large entries go through both carriers, many at a time', async () => {
  for (const carrier of [webSocketCarrier, postCarrier]) {
    const log = server.connect({}, [carrier]).log(ID, SECRET);
    const body = new Uint8Array(60_000);
    const appends = Array.from({ length: 30 }, () => log.append([{ ...newEntry(0), body }]));
    await Promise.all(appends);
  }
  expect(server.logs.log(ID)).toHaveLength(60);
});
