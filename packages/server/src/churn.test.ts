/** Commits at full speed over real connections, without any limit on their rate, and one who only wants to write. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Request } from '@polynya/protocol/requests';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { entry, hashOf, secret } from './test/ids.ts';
import {
  connectTo,
  endProcess,
  newLogOn,
  type ServerProcess,
  startProcess,
} from './test/server-process.ts';

/** What a writer who reads, rebases and tries again may need for one message. */
const TRIES = 10;

let folder = '';
let server: ServerProcess;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-churn-'));
  server = await startProcess(folder);
});
afterEach(async () => {
  await endProcess(server, 'SIGKILL');
  rmSync(folder, { recursive: true });
});

test('two connections that commit as fast as they can do not starve a third that writes', async () => {
  const [one, two, third] = [
    await connectTo(server),
    await connectTo(server),
    await connectTo(server),
  ];
  const { log, capability } = await newLogOn(one, server);
  const capabilities = [capability];
  const newest = () => ({
    epoch: capabilities.length - 1,
    open: { op: 'open', n: 1, log, secret: capabilities.at(-1) ?? capability } as const,
  });
  let stopped = false;
  const churn = async (client: typeof one): Promise<void> => {
    while (!stopped) {
      const { epoch, open } = newest();
      const next = secret();
      const turn = { closes: false, next: hashOf(next) };
      const commit = { op: 'commit', n: 1, entry: entry(epoch), turn } as const;
      const [, committed] = await client.send([open, commit]);
      if (committed?.status === 'fulfilled') capabilities[epoch + 1] = next;
      else expect(committed?.reason).toMatchObject({ name: 'ProtocolError', code: 'stale' });
    }
  };
  const churning = [churn(one), churn(two)];
  const before = capabilities.length;
  const write = async (body: string): Promise<number> => {
    for (let tries = 1; tries <= TRIES; tries++) {
      const { epoch, open } = newest();
      const append: Request = { op: 'append', n: 1, entries: [entry(epoch, body)] };
      const [, appended] = await third.send([open, append]);
      if (appended?.status === 'fulfilled') return tries;
      if (!(appended?.reason instanceof ProtocolError)) throw appended?.reason;
    }
    throw new Error(`not written in ${TRIES} tries`);
  };
  for (let i = 0; i < 50; i++) await write(`message ${i}`);
  stopped = true;
  await Promise.all(churning);
  expect(capabilities.length - before).toBeGreaterThan(20);
  for (const client of [one, two, third]) client.close();
});
