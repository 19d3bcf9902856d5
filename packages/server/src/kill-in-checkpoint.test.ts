/** Kills a server while its write-ahead log is being moved into the database, and looks for all that it acknowledged. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { databasePath } from './kept/server-state.ts';
import { entry } from './test/ids.ts';
import { connectTo, endProcess, newLogOn, startProcess } from './test/server-process.ts';
import type { WireClient } from './test/wire-client.ts';

const KILLS = 4;
/** So large that some hundred of them fill the log. */
const BODY = 'x'.repeat(60_000);
const UNDER_WAY = 4;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-kill-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Appends until the connection is lost; says how many were acknowledged. */
async function append(client: WireClient): Promise<number> {
  let acknowledged = 0;
  const one = async (): Promise<void> => {
    for (;;) {
      const { seqs } = await client.ask('append', { n: 1, entries: [entry(0, BODY)] });
      acknowledged = Math.max(acknowledged, ...seqs);
    }
  };
  await Promise.allSettled(Array.from({ length: UNDER_WAY }, one));
  return acknowledged;
}

test(`a server killed ${KILLS} times in a checkpoint has all that it acknowledged`, async () => {
  const dataDir = join(folder, 'data');
  for (let kill = 0; kill < KILLS; kill++) {
    const server = await startProcess(dataDir);
    const client = await connectTo(server);
    const { log, capability } = await newLogOn(client, server);
    // Of what paid for the log nothing is left in the write-ahead log, which is emptied for that soon.
    await setTimeout(700);
    const written = () => statSync(databasePath(dataDir)).mtimeMs;
    const before = written();
    const appending = append(client);
    while (written() === before) await setTimeout(1);
    await setTimeout(kill * 3);
    await endProcess(server, 'SIGKILL');
    const acknowledged = await appending;
    expect(acknowledged).toBeGreaterThan(60);

    const after = await startProcess(dataDir);
    const reader = await connectTo(after);
    const { head, first } = await reader.ask('open', { n: 1, log, secret: capability });
    expect(first).toBe(1);
    expect(head).toBeGreaterThanOrEqual(acknowledged);
    for (let from = 1; from <= head; ) {
      const { entries } = await reader.ask('read', { n: 1, from, bytes: 120_000 });
      for (const { seq, body } of entries) {
        expect(seq).toBe(from++);
        expect(body.length).toBe(BODY.length);
      }
    }
    reader.close();
    await endProcess(after, 'SIGTERM');
  }
}, 120_000);
