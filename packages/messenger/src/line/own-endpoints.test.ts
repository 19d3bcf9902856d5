import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { Connection } from '@polynya/reach/client/client';
import { systemClock, systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { type RunningServer, startServer } from '@polynya/server/serve';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { askForEndpoints, takeHandedOn, takeTold } from './own-endpoints.ts';
import type { Server } from './server.ts';

const bridges = [1, 2, 3, 4, 5, 6].map((number) => `https://bridge-${number}.example/secret`);
const allowance = systemRandom(32);
const inbox = { log: systemRandom(16), secret: systemRandom(32), made: false, cursor: 0 };

let folder = '';
let store: Store;
let running: RunningServer;
let connection: Connection;
/** What the server told unasked. */
let told: Uint8Array[] = [];

async function serve(bridges: readonly string[]): Promise<void> {
  told = [];
  running = await startServer({
    ...{ dataDir: join(folder, 'data'), host: '127.0.0.1', port: 0, bridges },
    ...{ clock: systemSteadyClock, random: systemRandom, log: () => undefined },
  });
  const { identity, endpoints } = running;
  connection = new Connection({
    ...{ address: { identity, endpoints }, carriers: [webSocketCarrier] },
    ...{ clock: systemClock, random: systemRandom },
    onEndpoints: (record) => told.push(record),
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

const knowing = (server: Server) => ({ connection, server, store, now: Date.now() });
const ask = async (server: Server) => (await askForEndpoints(knowing(server)))?.endpoints ?? null;

/** The record of the first shelf as its people are told it. */
const firstShelf = async () =>
  (await connection.call({ op: 'endpoints', allowance, knows: [], serial: 0 })).record;

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

test('who asked is told of a bridge that the server hears of later, and knows it as if it had asked anew', async () => {
  await serve(bridges.slice(0, 1));
  await connection.call({ op: 'admit', invite: await running.invite(1, 1), allowance });
  const one = known((await ask(known(running.endpoints))) ?? []);
  await running.desk.bridges(bridges.slice(1, 2), []);
  await vi.waitFor(() => expect(told).toHaveLength(1), { timeout: 60_000 });
  const [record = new Uint8Array()] = told;
  const learned = await takeTold(record, knowing(one));
  expect(learned?.endpoints).toEqual([...running.endpoints, ...bridges.slice(0, 2)]);
  expect(await takeTold(record, knowing(one))).toBeNull();
  expect(await ask(known(learned?.endpoints ?? []))).toBeNull();
});

test('a server without bridges, or one that refuses, changes nothing', async () => {
  await serve([]);
  expect(await ask(known(running.endpoints))).toBeNull();
  await connection.call({ op: 'admit', invite: await running.invite(1, 1), allowance });
  expect(await ask(known(running.endpoints))).toBeNull();
  expect(await store.range('self', { from: 'endpoints/', to: 'endpoints0' })).toEqual([]);
});

test('a record that is handed on counts as the own shelf’s if it is, and once', async () => {
  await serve(bridges.slice(0, 4));
  await connection.call({ op: 'admit', invite: await running.invite(1, 1), allowance });
  const [own = ''] = running.endpoints;
  const one = known([own, bridges[1] ?? '']);
  const taken = await takeHandedOn(await firstShelf(), knowing(one));
  expect(taken?.endpoints).toEqual([own, bridges[1], bridges[0], bridges[2], bridges[3]]);
  expect(await takeHandedOn(await firstShelf(), knowing(one))).toBeNull();
});

test('of another shelf its bridges come behind those that are known, and hide no news of the own', async () => {
  await serve(bridges);
  await connection.call({ op: 'admit', invite: await running.invite(1, 1), allowance });
  const [own = ''] = running.endpoints;
  const one = known([own, bridges[4] ?? '']);
  const taken = await takeHandedOn(await firstShelf(), knowing(one));
  expect(taken?.endpoints).toEqual([own, bridges[4], ...bridges.slice(0, 4)]);
  expect(await ask(one)).toEqual([own, bridges[4], bridges[5]]);
});

test('of another shelf no later one takes the own bridges away, though its bridges are known by then', async () => {
  await serve([]);
  await running.desk.bridges(bridges, []);
  await connection.call({ op: 'admit', invite: await running.invite(1, 1), allowance });
  const [own = ''] = running.endpoints;
  for (const asked of [false, true]) {
    const start = known([own, bridges[4] ?? '']);
    const one = asked ? known((await ask(start)) ?? []) : start;
    const both = known((await takeHandedOn(await firstShelf(), knowing(one)))?.endpoints ?? []);
    expect(both.endpoints).toContain(bridges[4]);
    await running.desk.bridges([], [bridges[asked ? 1 : 0] ?? '']);
    const taken = await takeHandedOn(await firstShelf(), knowing(both));
    expect(taken?.endpoints ?? both.endpoints).toContain(bridges[4]);
  }
});

test('a record that is damaged, past, or another server’s is as if nothing had been said', async () => {
  await serve(bridges);
  await connection.call({ op: 'admit', invite: await running.invite(1, 1), allowance });
  const one = known(running.endpoints);
  const record = await firstShelf();
  const damaged = Uint8Array.from(record);
  damaged[40] = 255 - (damaged[40] ?? 0);
  const another = { ...one, identity: systemRandom(32) };
  const late = { ...knowing(one), now: Date.now() + 10 * 365 * 86_400_000 };
  expect(await takeHandedOn(damaged, knowing(one))).toBeNull();
  expect(await takeHandedOn(record, knowing(another))).toBeNull();
  expect(await takeHandedOn(record, late)).toBeNull();
  expect(await takeHandedOn(systemRandom(99), knowing(one))).toBeNull();
});
