/** Sessions that follow the record of their shelf, at a whole server (docs/protocol.md section 4). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endpointHash } from '@polynya/protocol/access-record';
import type { PushItem } from '@polynya/protocol/requests';
import { openEndpointRecord } from '@polynya/reach/client/known-server';
import { systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type RunningServer, startServer } from '../serve.ts';
import { newLogOn } from '../test/server-process.ts';
import { WireClient } from '../test/wire-client.ts';

const PATIENCE = { timeout: 60_000, interval: 20 };
const bridges = (...numbers: number[]) =>
  numbers.map((number) => `https://bridge-${number}.example/secret`);

let folder = '';
let server: RunningServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-told-'));
  server = await startServer({
    ...{ dataDir: folder, host: '127.0.0.1', port: 0, bridges: bridges(1, 2, 3, 4, 5) },
    ...{ clock: systemSteadyClock, random: systemRandom, log: () => undefined },
  });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Somebody who was let in and knows these bridges, with what was pushed to them. */
async function member(...numbers: number[]) {
  const client = await WireClient.connect(server.endpoints[0] ?? '', server.identity);
  const { allowance } = await newLogOn(client, { invite: await server.invite(1, 1) });
  const pushed: PushItem[] = [];
  client.onPush = (item) => pushed.push(item);
  const knows = bridges(...numbers).map(endpointHash);
  const ask = async (op: 'endpoints' | 'follow') =>
    openEndpointRecord(
      (await client.ask(op, { allowance, knows, serial: 0 })).record,
      server.identity,
      Date.now(),
    );
  return { client, pushed, ask };
}

test('a session that follows its shelf is told when other bridges stand there, and none that only asked or stands at another', async () => {
  const [asked, first, second] = [await member(5), await member(1), await member(5)];
  const before = await asked.ask('endpoints');
  await first.ask('follow');
  expect(await second.ask('follow')).toEqual(before);
  await server.desk.bridges(bridges(6), []);
  await vi.waitFor(() => expect(second.pushed).toHaveLength(1), PATIENCE);
  const [told] = second.pushed;
  if (told?.item !== 'record') throw new Error('no record');
  const record = await openEndpointRecord(told.record, server.identity, Date.now());
  expect(record.endpoints).toEqual([server.endpoints[0], ...bridges(5, 6)]);
  expect(record.serial).toBeGreaterThan(before.serial);
  expect([...first.pushed, ...asked.pushed]).toEqual([]);
  for (const { client } of [asked, first, second]) client.close();
});

test('who was not let in follows nothing', async () => {
  const client = await WireClient.connect(server.endpoints[0] ?? '', server.identity);
  const stranger = { allowance: systemRandom(32), knows: [], serial: 0 };
  await expect(client.ask('follow', stranger)).rejects.toMatchObject({ code: 'not-found' });
  client.close();
});
