import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromHex } from '@polynya/protocol/bytes';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { type Clock, systemClock } from '@polynya/reach/clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHATS_TOPIC } from '../queries/changes.ts';
import { type Change, StoreError } from '../store/store.ts';
import { CHAT, ME } from '../timeline/test-timeline.ts';
import { AUTOMATIC, fileKeys, MAX_FILE, PIECE_SIZE } from './file-record.ts';
import { TestDevice } from './test-device.ts';
import { TestServer } from './test-server.ts';
import { Transfer } from './transfer.ts';

let server: TestServer;
let alice: TestDevice;
let bob: TestDevice;
let folder: string;
beforeEach(async () => {
  server = await TestServer.start();
  alice = await TestDevice.open(server);
  bob = await TestDevice.open(server);
  folder = mkdtempSync(join(tmpdir(), 'files-'));
});
afterEach(async () => {
  await Promise.all([alice.close(), bob.close()]);
  await server.close();
  rmSync(folder, { recursive: true });
});

function noise(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, Math.min(size, at + 65_536)));
  }
  return bytes;
}

const ABOUT = { name: 'ice.bin' };

/** Sends from `device` and waits until the message is in its outbox. */
async function send(device: TestDevice, bytes: Uint8Array<ArrayBuffer>, about = ABOUT) {
  const { id } = await device.files.sendFile(CHAT, new Blob([bytes]), about);
  await device.reaches(id, 'here');
  const sent = device.sent.find((message) => message.id === id);
  if (!sent) throw new Error('nothing reached the outbox');
  return sent;
}

async function received(bytes: Uint8Array<ArrayBuffer>) {
  const sent = await send(alice, bytes);
  await bob.receive(sent);
  return sent;
}

describe('a file', () => {
  it.each([0, 1, PIECE_SIZE - 1, PIECE_SIZE, PIECE_SIZE + 1, 9 * PIECE_SIZE + 7])(
    'of %i bytes arrives as it was sent',
    async (size) => {
      const bytes = noise(size);
      const { id } = await received(bytes);
      await bob.files.fetch(CHAT, id);
      expect(await bob.reaches(id, 'here')).toMatchObject({ size, done: size, name: 'ice.bin' });
      expect(Buffer.compare(await bob.bytes(id), bytes)).toBe(0);
    },
  );

  it('stays here for its sender', async () => {
    const bytes = noise(100_000);
    const { id } = await send(alice, bytes);
    expect(Buffer.compare(await alice.bytes(id), bytes)).toBe(0);
    await alice.chat.write((timeline) => timeline.sent(CHAT, id, 1));
    expect(await alice.view(id)).toMatchObject({ state: 'here', done: 100_000 });
    expect(Buffer.compare(await alice.bytes(id), bytes)).toBe(0);
  });

  it('lies sealed in the store and on the server', async () => {
    const bytes = new TextEncoder().encode('open water in the ice '.repeat(9_000));
    const { id } = await received(bytes);
    await bob.files.fetch(CHAT, id);
    await bob.reaches(id, 'here');
    for (const { store } of [alice, bob]) {
      const pieces = (await store.range('piece')).map(([, value]) => Buffer.from(value));
      expect(pieces).toHaveLength(4);
      expect(Buffer.concat(pieces).includes('open water')).toBe(false);
    }
  });

  it('has keys of its own, also when sent twice', async () => {
    const bytes = noise(10);
    const [first, second] = [await send(alice, bytes), await send(alice, bytes)];
    if (first.content.kind !== 'file' || second.content.kind !== 'file') throw new Error('no file');
    const { key, blob, secret, hash } = first.content.file;
    expect(second.content.file.hash).toEqual(hash);
    expect(second.content.file.key).not.toEqual(key);
    expect(second.content.file.blob).not.toEqual(blob);
    expect(second.content.file.secret).not.toEqual(secret);
  });

  it('opens as nothing that could run', async () => {
    const page = new Blob(['<script>'], { type: 'text/html' });
    const { id } = await alice.files.sendFile(CHAT, page, ABOUT);
    await alice.reaches(id, 'here');
    expect((await alice.files.blob(CHAT, id)).type).toBe('application/octet-stream');
    const picture = new Blob(['png'], { type: 'image/png' });
    const other = await alice.files.sendFile(CHAT, picture, ABOUT);
    await alice.reaches(other.id, 'here');
    expect((await alice.files.blob(CHAT, other.id)).type).toBe('image/png');
  });

  it('moves at most four pieces at once', async () => {
    const { id } = await received(noise(12 * PIECE_SIZE));
    await bob.files.fetch(CHAT, id);
    await bob.reaches(id, 'here');
    expect([alice.line.mostAtOnce, bob.line.mostAtOnce]).toEqual([4, 4]);
  });

  it('is fetched by itself up to 512 KB, beyond that on demand', async () => {
    const small = await received(noise(AUTOMATIC));
    const large = await send(alice, noise(AUTOMATIC + 1));
    await bob.receive(large, 2);
    bob.changes.touch(CHATS_TOPIC);
    await bob.reaches(small.id, 'here');
    expect((await bob.view(large.id)).state).toBe('remote');
    await expect(bob.files.blob(CHAT, large.id)).rejects.toMatchObject({ code: 'not-found' });
    await bob.files.fetch(CHAT, large.id);
    await bob.reaches(large.id, 'here');
  });

  it('shows in the chat while it moves, with what was moved', async () => {
    const cut = alice.line.cutAt('put', 8);
    const bytes = noise(12 * PIECE_SIZE);
    const { id } = await alice.files.sendFile(CHAT, new Blob([bytes]), {
      ...ABOUT,
      caption: 'Ice',
    });
    await cut;
    const view = await alice.reaches(id, 'moving');
    expect(view.done % PIECE_SIZE).toBe(0);
    const [message] = await alice.chat.messages();
    expect(message).toMatchObject({ id, text: 'Ice', state: 'waiting', mine: true });
    expect(alice.sent).toEqual([]);
  });
});

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

  it('of what does not move changes nothing', async () => {
    const { id } = await send(alice, noise(10));
    await alice.files.pause(CHAT, id);
    await alice.files.pause(CHAT, 'ff'.repeat(16));
    expect((await alice.view(id)).state).toBe('here');
  });
});

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

describe('sending refuses', () => {
  it('a file of more than 100 MB, a huge thumbnail, a long name or caption; nothing is left', async () => {
    const huge = { size: MAX_FILE + 1, type: '' } as Blob;
    const small = new Blob(['x']);
    const long = 'x'.repeat(16_001);
    const refused = async (
      code: string,
      source: Blob,
      about: Parameters<typeof alice.files.sendFile>[2],
    ) => expect(alice.files.sendFile(CHAT, source, about)).rejects.toMatchObject({ code });
    await refused('too-big', huge, ABOUT);
    await refused('too-big', small, { ...ABOUT, thumb: new Uint8Array(16_385) });
    await refused('too-long', small, { name: long });
    await refused('too-long', small, { ...ABOUT, caption: long });
    for (const table of ['timeline', 'file', 'piece'] as const) {
      expect(await alice.store.range(table)).toEqual([]);
    }
  });

  it('a source that cannot be read, or shrinks while being read; nothing is left', async () => {
    const source = new Blob([noise(200_000)]);
    const gone = Object.assign(new Blob([]), {});
    Object.defineProperty(gone, 'size', { value: 200_000 });
    await expect(alice.files.sendFile(CHAT, gone, ABOUT)).rejects.toMatchObject({ code: 'failed' });
    source.slice = () => {
      throw new DOMException('gone', 'NotReadableError');
    };
    await expect(alice.files.sendFile(CHAT, source, ABOUT)).rejects.toMatchObject({
      code: 'failed',
    });
    expect(await alice.chat.messages()).toEqual([]);
    expect(await alice.store.range('piece')).toEqual([]);
    expect(await alice.store.range('file')).toEqual([]);
  });
});

it('of many files of one chat two move at a time, and all arrive', async () => {
  const sent = [];
  for (let i = 0; i < 6; i++) sent.push(await send(alice, noise(10)));
  let moving = 0;
  let most = 0;
  const blobs = new Set<string>();
  bob.line.before = (request) => {
    if (request.op !== 'get') return;
    blobs.add(request.blob.join());
    moving++;
    most = Math.max(most, moving);
  };
  bob.line.after = (_request, answer) => {
    moving--;
    return answer;
  };
  for (const [i, message] of sent.entries()) await bob.receive(message, i + 1);
  await bob.files.resumeAll();
  for (const { id } of sent) await bob.reaches(id, 'here');
  expect([most, blobs.size]).toEqual([2, 6]);
});

describe('a file whose message goes away', () => {
  it('while it is sent, by discarding, stops and leaves nothing', async () => {
    const cut = alice.line.cutAt('put', 4);
    const { id } = await alice.files.sendFile(CHAT, new Blob([noise(12 * PIECE_SIZE)]), ABOUT);
    await cut;
    await alice.chat.write((timeline) => timeline.discard(CHAT, id));
    alice.line.before = () => undefined;
    await alice.files.resumeAll();
    expect(await alice.store.range('piece')).toEqual([]);
    expect(await alice.store.range('file')).toEqual([]);
    expect(alice.sent).toEqual([]);
  });

  it('while it is fetched, by a deletion, stops and leaves nothing', async () => {
    const sent = await received(noise(12 * PIECE_SIZE));
    const answers: (() => void)[] = [];
    bob.line.before = () => new Promise((resolve) => answers.push(resolve));
    await bob.files.fetch(CHAT, sent.id);
    while (answers.length < 4) await new Promise((resolve) => setTimeout(resolve, 1));
    const sender = '00'.repeat(16);
    const content = { kind: 'delete', target: fromHex(sent.id) } as const;
    const deletion = { chat: CHAT, seq: 2, id: ME, sender, mine: false, at: 0, content };
    await bob.chat.tell(deletion);
    for (const answer of answers) answer();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await bob.store.range('piece')).toEqual([]);
    expect(await bob.store.range('file')).toEqual([]);
    expect(bob.trouble).toEqual([]);
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
