import { join } from 'node:path';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { type Clock, systemClock } from '@polynya/reach/clock';
import { describe, expect, it } from 'vitest';
import { CHATS_TOPIC } from '../queries/changes.ts';
import { type Change, StoreError } from '../store/store.ts';
import { alice, aliceAndBob, bob, folder, received, server } from '../test/alice-and-bob.ts';
import { TestServer } from '../test/file-server.ts';
import { ABOUT, noise, send, TestDevice } from '../test/test-device.ts';
import { CHAT } from '../test/test-timeline.ts';
import { PIECE_SIZE } from './file-record.ts';
import { Transfer } from './transfer.ts';

aliceAndBob();

describe('a file that is not what its message says', () => {
  it('is corrupt by one bit of one piece, and its pieces are dropped', async () => {
    const { id } = await received(noise(3 * PIECE_SIZE));
    bob.line.after = (request, answer) => {
      const { body } = answer as { body: Uint8Array };
      if (request.op === 'get' && request.index === 2) body[5] = (body[5] ?? 0) ^ 1;
      return answer;
    };
    await bob.files.fetch(CHAT, id);
    expect(await bob.reaches(id, 'failed')).toMatchObject({ done: 0 });
    expect((await bob.chat.messages())[0]?.problem).toBe('corrupt');
    expect(await bob.store.range('piece')).toEqual([]);
    await expect(bob.files.blob(CHAT, id)).rejects.toMatchObject({ code: 'not-found' });
    bob.line.after = (_request, answer) => answer;
    await bob.files.fetch(CHAT, id);
    await bob.reaches(id, 'here');
    expect((await bob.chat.messages())[0]?.problem).toBeNull();
  });

  it('keeps nothing of the pieces that come after the corrupt one', async () => {
    const { id } = await received(noise(3 * PIECE_SIZE));
    const { promise: late, resolve } = Promise.withResolvers<void>();
    bob.line.before = (request) => (request.op === 'get' && request.index > 0 ? late : undefined);
    bob.line.after = (request, answer) => {
      if (request.op !== 'get' || request.index > 0) return answer;
      return { body: new Uint8Array(PIECE_SIZE + 16) };
    };
    await bob.files.fetch(CHAT, id);
    await bob.reaches(id, 'failed');
    resolve();
    await new Promise((next) => setTimeout(next, 100));
    expect(await bob.view(id)).toMatchObject({ state: 'failed', done: 0 });
    expect(await bob.store.range('piece')).toEqual([]);
  });

  it('is corrupt when the server gives another piece of it', async () => {
    const { id } = await received(noise(3 * PIECE_SIZE));
    const bodies = new Map<number, Uint8Array>();
    bob.line.after = (request, answer) => {
      if (request.op !== 'get') return answer;
      bodies.set(request.index, (answer as { body: Uint8Array }).body);
      return request.index === 1 ? { body: bodies.get(0) ?? new Uint8Array(16) } : answer;
    };
    await bob.files.fetch(CHAT, id);
    await bob.reaches(id, 'failed');
  });

  it('is corrupt when every piece opens but the whole has another hash', async () => {
    const sent = await send(alice, noise(2 * PIECE_SIZE));
    if (sent.content.kind !== 'file') throw new Error('no file');
    const file = { ...sent.content.file, hash: new Uint8Array(32) };
    await bob.receive({ ...sent, content: { ...sent.content, file } });
    await bob.files.fetch(CHAT, sent.id);
    await bob.reaches(sent.id, 'failed');
    expect(await bob.store.range('piece')).toEqual([]);
  });

  it('is corrupt when it claims more pieces than a blob may have', async () => {
    const sent = await send(alice, noise(10));
    if (sent.content.kind !== 'file') throw new Error('no file');
    const file = { ...sent.content.file, size: 100_000_000, pieceSize: 1 };
    await bob.receive({ ...sent, content: { ...sent.content, file } });
    await bob.files.fetch(CHAT, sent.id);
    await bob.reaches(sent.id, 'failed');
    expect(bob.line.count('get')).toBe(0);
  });
});

describe('a full store', () => {
  it('undoes everything of a file that does not fit, and says so', async () => {
    const small = await TestDevice.open(server, join(folder, 'small.db'), { maxBytes: 1_000_000 });
    const sending = small.files.sendFile(CHAT, new Blob([noise(3_000_000)]), ABOUT);
    await expect(sending).rejects.toMatchObject({ name: 'Problem', code: 'storage-full' });
    expect(await small.chat.messages()).toEqual([]);
    expect(await small.store.range('piece')).toEqual([]);
    expect(await small.store.range('file')).toEqual([]);
    expect(small.line.count('put')).toBe(0);
    const { id } = await small.files.sendFile(CHAT, new Blob([noise(300_000)]), ABOUT);
    await small.reaches(id, 'here');
    await small.close();
  });

  it('fails a file that comes in, and gives the room back', async () => {
    const sent = await send(alice, noise(3_000_000));
    const small = await TestDevice.open(server, join(folder, 'small.db'), { maxBytes: 1_000_000 });
    await small.receive(sent);
    await small.files.fetch(CHAT, sent.id);
    await small.reaches(sent.id, 'failed');
    expect((await small.chat.messages())[0]?.problem).toBe('storage-full');
    expect(await small.store.range('piece')).toEqual([]);
    expect(small.trouble).toEqual([]);
    await small.close();
  });
});

it('a store that refuses even to note a failure is reported, and the file goes on once it takes it', async () => {
  const sent = await received(noise(10 * PIECE_SIZE));
  const apply = bob.store.apply.bind(bob.store);
  bob.store.apply = async (changes: readonly Change[]) => {
    if (bob.line.count('get') > 3) throw new StoreError('full', 'no room');
    return apply(changes);
  };
  await bob.files.fetch(CHAT, sent.id);
  while (bob.trouble.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(bob.trouble).toMatchObject([{ name: 'StoreError', code: 'full' }]);
  bob.store.apply = apply;
  await bob.files.resumeAll();
  await bob.reaches(sent.id, 'here');
});

describe('what the server refuses', () => {
  it.each([
    ['quota', 'quota'],
    ['full', 'server-full'],
    ['too-big', 'too-big'],
    ['not-found', 'not-found'],
    ['forbidden', 'failed'],
  ] as const)('%s fails an upload as %s, and it can be tried again', async (code, problem) => {
    alice.line.before = (request) => {
      if (request.op === 'put') throw new ProtocolError(code);
    };
    const { id } = await alice.files.sendFile(CHAT, new Blob([noise(10)]), ABOUT);
    await alice.reaches(id, 'failed');
    expect(await alice.chat.messages()).toMatchObject([{ state: 'failed', problem }]);
    alice.line.before = () => undefined;
    await alice.files.retry(CHAT, id);
    await alice.reaches(id, 'here');
    expect(await alice.chat.messages()).toMatchObject([{ state: 'waiting', problem: null }]);
  });

  it('a real allowance that is used up is a quota', async () => {
    const poor = await TestServer.start({ allowance: { bytes: 100_000 } });
    const device = await TestDevice.open(poor);
    const { id } = await device.files.sendFile(CHAT, new Blob([noise(300_000)]), ABOUT);
    await device.reaches(id, 'failed');
    expect((await device.chat.messages())[0]?.problem).toBe('quota');
    await device.close();
    await poor.close();
  });

  it('a file that the server no longer has is not found', async () => {
    const sent = await received(noise(10));
    if (sent.content.kind !== 'file') throw new Error('no file');
    const { id } = sent;
    const { blob } = sent.content.file;
    const ports = { ...alice, timeline: alice.chat.timeline };
    const { drop } = await new Transfer(ports, CHAT, id).record();
    await server.connect().call({ op: 'drop', blob, secret: drop });
    await bob.files.fetch(CHAT, id);
    await bob.reaches(id, 'failed');
    expect((await bob.chat.messages())[0]?.problem).toBe('not-found');
  });

  it('for the moment is waited out', async () => {
    const timers: { run: () => void; ms: number }[] = [];
    const clock: Clock = {
      now: () => 0,
      setTimeout: (run, ms) => {
        if (ms < 1_000) return systemClock.setTimeout(run, ms);
        const timer = { run, ms };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
    };
    const device = await TestDevice.open(server, ':memory:', {}, clock);
    let asked = 0;
    device.line.before = () => {
      asked++;
      throw new ProtocolError('busy', 'busy', 7_000);
    };
    const { id } = await device.files.sendFile(CHAT, new Blob([noise(10)]), ABOUT);
    while (timers.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    expect((await device.view(id)).state).toBe('waiting');
    expect(timers).toHaveLength(1);
    expect(timers[0]?.ms).toBe(7_000);
    device.changes.touch(CHATS_TOPIC);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([timers.length, asked]).toEqual([1, 1]);
    device.line.before = () => undefined;
    timers[0]?.run();
    await device.reaches(id, 'here');
    await device.close();
  });
});
