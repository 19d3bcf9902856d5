/** Two devices at one server and a folder, anew for each test of a file that calls `aliceAndBob`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { TestServer } from './file-server.ts';
import { send, TestDevice } from './test-device.ts';

export let server: TestServer;
export let alice: TestDevice;
export let bob: TestDevice;
export let folder: string;

export function aliceAndBob(): void {
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'files-'));
    server = await TestServer.start();
    alice = await TestDevice.open(server);
    bob = await TestDevice.open(server);
  });
  afterEach(async () => {
    await Promise.all([alice.close(), bob.close()]);
    await server.close();
    rmSync(folder, { recursive: true });
  });
}

/** A file of Alice's whose message Bob has. */
export async function received(bytes: Uint8Array<ArrayBuffer>) {
  const sent = await send(alice, bytes);
  await bob.receive(sent);
  return sent;
}
