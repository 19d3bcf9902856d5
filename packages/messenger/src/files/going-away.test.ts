import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromHex } from '@polynya/protocol/bytes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestServer } from '../test/file-server.ts';
import { ABOUT, noise, send, TestDevice } from '../test/test-device.ts';
import { CHAT, ME } from '../test/test-timeline.ts';
import { PIECE_SIZE } from './file-record.ts';

let server: TestServer;
let alice: TestDevice;
let bob: TestDevice;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'files-'));
  server = await TestServer.start();
  alice = await TestDevice.open(server, join(folder, 'alice.db'));
  bob = await TestDevice.open(server);
});
afterEach(async () => {
  await Promise.all([alice.close(), bob.close()]);
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Sends a file that the log has, and takes its message back. */
async function sendAndDelete(): Promise<Awaited<ReturnType<typeof send>>> {
  const sent = await send(alice, noise(10));
  await alice.chat.write((timeline) => timeline.sent(CHAT, sent.id, 1));
  const content = { kind: 'delete', target: fromHex(sent.id) } as const;
  const deletion = { chat: CHAT, seq: 2, id: ME, sender: ME, mine: true, at: 0, content };
  await alice.chat.tell(deletion);
  return sent;
}

async function isGone(sent: Awaited<ReturnType<typeof send>>): Promise<void> {
  await bob.receive(sent);
  await bob.files.fetch(CHAT, sent.id);
  await bob.reaches(sent.id, 'failed');
}

describe('a file whose message goes away', () => {
  it('while it is sent, by discarding, stops and leaves nothing', async () => {
    const cut = alice.line.cutAt('put', 4);
    const { id } = await alice.files.sendFile(CHAT, new Blob([noise(12 * PIECE_SIZE)]), ABOUT);
    await cut;
    await alice.chat.write((timeline) => timeline.discard(CHAT, id));
    alice.line.before = () => undefined;
    await alice.files.resumeAll();
    expect(await alice.store.range('piece')).toEqual([]);
    await expect.poll(() => alice.store.range('file')).toEqual([]);
    expect(alice.line.count('drop')).toBe(1);
    expect(alice.sent).toEqual([]);
  });

  it('while it is fetched, by a deletion, stops and leaves nothing', async () => {
    const sent = await send(alice, noise(12 * PIECE_SIZE));
    await bob.receive(sent);
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

  it('by the deletion of its sender, leaves the server too', async () => {
    const sent = await sendAndDelete();
    await alice.files.resumeAll();
    await expect.poll(() => alice.store.range('file')).toEqual([]);
    await isGone(sent);
  });

  it('leaves the server once there is a line, whatever restarts lie between', async () => {
    alice.line.before = ({ op }) => (op === 'drop' ? new Promise(() => undefined) : undefined);
    const sent = await sendAndDelete();
    await alice.files.resumeAll();
    await alice.close();
    alice = await TestDevice.open(server, join(folder, 'alice.db'));
    await alice.files.resumeAll();
    await expect.poll(() => alice.store.range('file')).toEqual([]);
    expect(alice.line.count('drop')).toBe(1);
    await isGone(sent);
  });

  it('by anybody else, leaves nothing to be dropped', async () => {
    const sent = await send(alice, noise(10));
    await bob.receive(sent);
    await bob.files.fetch(CHAT, sent.id);
    await bob.reaches(sent.id, 'here');
    const sender = '00'.repeat(16);
    const content = { kind: 'delete', target: fromHex(sent.id) } as const;
    await bob.chat.tell({ chat: CHAT, seq: 2, id: ME, sender, mine: false, at: 0, content });
    await bob.files.resumeAll();
    expect(await bob.store.range('file')).toEqual([]);
    expect(bob.line.count('drop')).toBe(0);
  });
});
