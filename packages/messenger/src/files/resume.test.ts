import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alice, aliceAndBob, bob, folder, received, server } from '../test/alice-and-bob.ts';
import { ABOUT, noise, send, TestDevice } from '../test/test-device.ts';
import { CHAT } from '../test/test-timeline.ts';
import { fileKeys, PIECE_SIZE } from './file-record.ts';

aliceAndBob();

describe('5 MB, the connection cut in the middle and the device restarted', () => {
  const bytes = noise(5_000_000);
  const pieces = Math.ceil(bytes.length / PIECE_SIZE);

  it('going out: no piece is put twice, and the source is not needed again', async () => {
    const path = join(folder, 'alice.db');
    const before = await TestDevice.open(server, path);
    const cut = before.line.cutAt('put', 30);
    const { id } = await before.files.sendFile(CHAT, new Blob([bytes]), ABOUT);
    await cut;
    await before.close();

    const after = await TestDevice.open(server, path);
    await after.files.resumeAll();
    await after.reaches(id, 'here');
    expect(before.line.count('put')).toBeGreaterThanOrEqual(30);
    expect(before.line.count('put') + after.line.count('put')).toBeLessThanOrEqual(pieces);
    const [sent] = after.sent;
    if (!sent) throw new Error('nothing reached the outbox');
    await bob.receive(sent);
    await bob.files.fetch(CHAT, id);
    await bob.reaches(id, 'here');
    expect(Buffer.compare(await bob.bytes(id), bytes)).toBe(0);
    await after.close();
  });

  it('coming in: no piece that was kept is got twice', async () => {
    const sent = await send(alice, bytes);
    const path = join(folder, 'bob.db');
    const before = await TestDevice.open(server, path);
    await before.receive(sent);
    const cut = before.line.cutAt('get', 30);
    await before.files.fetch(CHAT, sent.id);
    await cut;
    await before.close();

    const after = await TestDevice.open(server, path);
    const kept = (await after.store.range('piece')).length;
    expect(kept).toBeGreaterThan(20);
    await after.files.resumeAll();
    await after.reaches(sent.id, 'here');
    expect(after.line.count('get')).toBe(pieces - kept);
    expect(Buffer.compare(await after.bytes(sent.id), bytes)).toBe(0);
    await after.close();
  });
});

it('a server that stops in the middle of a file, either way, only delays it', async () => {
  const bytes = noise(20 * PIECE_SIZE);
  const stopAfter = async (device: TestDevice, op: 'put' | 'get') => {
    const { promise, resolve } = Promise.withResolvers<void>();
    device.line.before = (request) => {
      if (request.op === op && device.line.count(op) >= 6) resolve();
    };
    await promise;
    await server.stop();
    await server.resume();
  };
  const [{ id }] = await Promise.all([
    alice.files.sendFile(CHAT, new Blob([bytes]), ABOUT),
    stopAfter(alice, 'put'),
  ]);
  await alice.reaches(id, 'here');
  const [sent] = alice.sent;
  if (!sent) throw new Error('nothing reached the outbox');
  await bob.receive(sent);
  await Promise.all([bob.files.fetch(CHAT, id), stopAfter(bob, 'get')]);
  await bob.reaches(id, 'here');
  expect(Buffer.compare(await bob.bytes(id), bytes)).toBe(0);
});

describe('a pause', () => {
  it('keeps what was moved, going out and coming in', async () => {
    const bytes = noise(12 * PIECE_SIZE);
    const cutOut = alice.line.cutAt('put', 8);
    const { id } = await alice.files.sendFile(CHAT, new Blob([bytes]), ABOUT);
    await cutOut;
    await alice.files.pause(CHAT, id);
    expect((await alice.view(id)).state).toBe('paused');
    alice.line.before = () => undefined;
    await alice.files.resumeAll();
    expect((await alice.view(id)).state).toBe('paused');
    await alice.files.retry(CHAT, id);
    await alice.reaches(id, 'here');
    expect(alice.line.count('put')).toBeLessThanOrEqual(12);

    const [sent] = alice.sent;
    if (!sent) throw new Error('nothing reached the outbox');
    await bob.receive(sent);
    const cutIn = bob.line.cutAt('get', 8);
    await bob.files.fetch(CHAT, id);
    await cutIn;
    await bob.files.pause(CHAT, id);
    const { done } = await bob.view(id);
    expect(done).toBeGreaterThan(0);
    const asked = bob.line.count('get');
    bob.line.before = () => undefined;
    await bob.files.fetch(CHAT, id);
    await bob.reaches(id, 'here');
    expect(bob.line.count('get') - asked).toBe(12 - done / PIECE_SIZE);
  });

  it('at any moment leaves a file that can be taken up again', async () => {
    const { id } = await received(noise(3 * PIECE_SIZE));
    for (let round = 0; (await bob.view(id)).state !== 'here'; round++) {
      await bob.files.fetch(CHAT, id);
      await new Promise((resolve) => setTimeout(resolve, round));
      await bob.files.pause(CHAT, id);
      expect(['paused', 'here']).toContain((await bob.view(id)).state);
    }
    expect(await bob.store.range('file', fileKeys.todos)).toEqual([]);
    expect((await bob.bytes(id)).length).toBe(3 * PIECE_SIZE);
  });

  it('holds against whoever saw the file moving a moment ago', async () => {
    const { id } = await received(noise(3 * PIECE_SIZE));
    const cut = bob.line.cutAt('get', 0);
    await bob.files.fetch(CHAT, id);
    await cut;
    const { range } = bob.store;
    const paused = Promise.withResolvers<void>();
    bob.store.range = async (...asked) => {
      const seen = await range.apply(bob.store, asked);
      await paused.promise;
      return seen;
    };
    const resumed = bob.files.resumeAll();
    bob.store.range = range;
    await bob.files.pause(CHAT, id);
    paused.resolve();
    await resumed;
    // Whatever that began has had its turn once others, begun later, had theirs.
    for (let turn = 0; turn < 20; turn++) {
      await bob.chat.timeline.locked(CHAT, () => bob.store.range('file'));
      expect((await bob.view(id)).state).toBe('paused');
    }
  });

  it('of what does not move changes nothing', async () => {
    const { id } = await send(alice, noise(10));
    await alice.files.pause(CHAT, id);
    await alice.files.pause(CHAT, 'ff'.repeat(16));
    expect((await alice.view(id)).state).toBe('here');
  });
});

it('a restart while the source was being copied leaves nothing of it', async () => {
  const path = join(folder, 'alice.db');
  const before = await TestDevice.open(server, path);
  const source = new Blob([noise(5 * PIECE_SIZE)]);
  const slice = source.slice.bind(source);
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  let reads = 0;
  source.slice = (...range) => {
    if (++reads < 3) return slice(...range);
    resolve();
    return { arrayBuffer: () => new Promise(() => undefined) } as unknown as Blob;
  };
  void before.files.sendFile(CHAT, source, ABOUT);
  await reached;
  expect(await before.store.range('piece')).toHaveLength(2);
  await before.files.resumeAll();
  expect(await before.chat.messages()).toHaveLength(1);
  await before.close();

  const after = await TestDevice.open(server, path);
  await after.files.resumeAll();
  while ((await after.chat.messages()).length > 0) await new Promise((next) => setTimeout(next, 1));
  expect(await after.store.range('piece')).toEqual([]);
  expect(await after.store.range('file')).toEqual([]);
  await after.close();
});

it('a restart between the outbox and the record hands the message over again, under its id', async () => {
  const path = join(folder, 'alice.db');
  const before = await TestDevice.open(server, path);
  const { promise: handed, resolve } = Promise.withResolvers<void>();
  const push = before.sent.push.bind(before.sent);
  before.sent.push = (...messages) => {
    before.files.close();
    resolve();
    return push(...messages);
  };
  const { id } = await before.files.sendFile(CHAT, new Blob([noise(10)]), ABOUT);
  await handed;
  await before.close();
  const after = await TestDevice.open(server, path);
  await after.files.resumeAll();
  await after.reaches(id, 'here');
  expect(after.sent).toEqual([...before.sent]);
  expect(await after.chat.messages()).toHaveLength(1);
  await after.close();
});
