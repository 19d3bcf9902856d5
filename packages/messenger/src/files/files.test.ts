import { describe, expect, it } from 'vitest';
import { CHATS_TOPIC } from '../queries/changes.ts';
import { alice, aliceAndBob, bob, received } from '../test/alice-and-bob.ts';
import { ABOUT, noise, send } from '../test/test-device.ts';
import { CHAT } from '../test/test-timeline.ts';
import { AUTOMATIC, MAX_FILE, PIECE_SIZE } from './file-record.ts';

aliceAndBob();

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

  it('is not fetched by itself if its sender cut it into thousands of pieces', async () => {
    const sent = await send(alice, noise(2_000));
    if (sent.content.kind !== 'file') throw new Error('no file was sent');
    const file = { ...sent.content.file, pieceSize: 1 };
    await bob.receive({ ...sent, content: { ...sent.content, file } });
    expect((await bob.view(sent.id)).state).toBe('remote');
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
