import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { Connection } from '@polynya/reach/client';
import { systemClock, systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { type RunningServer, startServer } from '@polynya/server/serve';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { askForEndpoints } from './own-endpoints.ts';
import type { Server } from './server.ts';

const bridges = [1, 2, 3, 4, 5, 6].map((number) => `https://bridge-${number}.example/secret`);
const allowance = systemRandom(32);
const inbox = { log: systemRandom(16), secret: systemRandom(32), made: false, cursor: 0 };

let folder = '';
let store: Store;
let running: RunningServer;
let connection: Connection;

async function serve(told: readonly string[]): Promise<void> {
  running = await startServer({
    ...{ dataDir: join(folder, 'data'), host: '127.0.0.1', port: 0, bridges: told },
    ...{ clock: systemSteadyClock, random: systemRandom, log: () => undefined },
  });
  const { identity, endpoints } = running;
  connection = new Connection({
    ...{ address: { identity, endpoints }, carriers: [webSocketCarrier] },
    ...{ clock: systemClock, random: systemRandom },
  });
}

async function stop(): Promise<void> {
  connection.close();
  await running.close();
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-endpoints-'));
  store = await openSqliteStore(join(folder, 'messenger.db'));
});
afterEach(async () => {
  await stop();
  await store.close();
  rmSync(folder, { recursive: true });
});

/** A server of which these endpoints are known. */
function known(endpoints: readonly string[], by = allowance): Server {
  const { identity } = running;
  return {
    ...{ identity, endpoints: [...endpoints], page: '', allowance: by },
    ...{ admitted: true, record: null, inbox },
  };
}

const ask = (server: Server) => askForEndpoints(connection, server, store, Date.now());

test('whoever knows a bridge hears of those beside it, also when it is gone itself', async () => {
  await serve(bridges.slice(0, 5));
  await connection.call({ op: 'admit', invite: await running.invite(1, 1), allowance });
  const [own = ''] = running.endpoints;
  expect(await ask(known([own, bridges[4] ?? '']))).toBeNull();
  expect(await ask(known([own, bridges[4] ?? '']))).toBeNull();
  await stop();
  await serve([...bridges.slice(0, 4), bridges[5] ?? '']);
  const [moved = ''] = running.endpoints;
  expect(await ask(known([own, bridges[4] ?? '']))).toEqual([moved, bridges[5]]);
  expect(connection.listed).toEqual([moved]);
});

test('a server without bridges, or one that refuses, changes nothing', async () => {
  await serve([]);
  expect(await ask(known(running.endpoints))).toBeNull();
  await connection.call({ op: 'admit', invite: await running.invite(1, 1), allowance });
  expect(await ask(known(running.endpoints))).toBeNull();
  expect(await store.range('self', { from: 'endpoints/', to: 'endpoints0' })).toEqual([]);
});
