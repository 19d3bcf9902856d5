import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endpointHash } from '@polynya/protocol/access-record';
import { openEndpointRecord } from '@polynya/reach/client/known-server';
import { systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startServer } from '../serve.ts';
import { newLogOn } from '../test/server-process.ts';
import { WireClient } from '../test/wire-client.ts';
import { BridgeError, BridgeList } from './shelves.ts';

const bridge = (number: number) => `https://bridge-${number}.example/secret`;
const bridges = (...numbers: number[]) => numbers.map(bridge);
const hashOf = (number: number) => endpointHash(bridge(number));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-shelves-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const listed = (...numbers: number[]) => new BridgeList(folder, bridges(...numbers), 0, Date.now);
const load = (...numbers: number[]) => listed(...numbers).shelves;

describe('bridges', () => {
  test('stand four on a shelf, and stay where they are', () => {
    expect(load(1, 2, 3, 4, 5).lists).toEqual([bridges(1, 2, 3, 4), bridges(5)]);
    expect(load(5, 4, 3, 2, 1, 6).lists).toEqual([bridges(1, 2, 3, 4), bridges(5, 6)]);
  });

  test('that go leave their place to the next one', () => {
    load(1, 2, 3, 4, 5);
    expect(load(1, 3, 4, 5, 6).lists).toEqual([bridges(1, 3, 4, 6), bridges(5)]);
  });

  test('that are gone still lead to the others of their shelf', () => {
    load(1, 2, 3, 4, 5);
    const shelves = load(6, 7, 8, 9, 5);
    expect(shelves.find([hashOf(3)])).toBe(0);
    expect(shelves.find([hashOf(99), hashOf(5)])).toBe(1);
    expect(shelves.find([])).toBe(0);
  });

  test('are shown to the invited shelf by shelf, in turn, without the empty ones', () => {
    load(1, 2, 3, 4, 5);
    const both = load(1, 5);
    expect([both.next(), both.next(), both.next()]).toEqual([0, 1, 0]);
    const shelves = load(5);
    expect([shelves.next(), shelves.next()]).toEqual([1, 1]);
    const none = new BridgeList(mkdtempSync(join(folder, 'none-')), [], 7, Date.now);
    expect(none.shelves.next()).toBe(0);
  });

  test('are told from another one on in each invite', () => {
    const shelves = load(1, 2, 3);
    expect([shelves.forInvite(0), shelves.forInvite(0), shelves.forInvite(1)]).toEqual([
      bridges(1, 2, 3),
      bridges(2, 3, 1),
      [],
    ]);
  });

  test('that were told at run time stand after a restart too, until they are taken away so', async () => {
    const list = listed(1);
    await list.add(bridges(2, 3));
    expect(load(1).lists).toEqual([bridges(1, 2, 3)]);
    await listed(1).remove(bridges(2));
    expect(load(1).lists).toEqual([bridges(1, 3)]);
    expect(load().lists).toEqual([bridges(3)]);
  });

  test('that the settings name, or that do not stand, are not taken away', async () => {
    const list = listed(1);
    await expect(list.remove(bridges(1))).rejects.toThrow(BridgeError);
    await expect(list.remove(bridges(2))).rejects.toThrow(BridgeError);
    expect(load(1).lists).toEqual([bridges(1)]);
  });

  test('that several processes of a server were told are known to all, the last word counting, in whatever order they hear', async () => {
    let now = 0;
    const process = (...numbers: number[]) =>
      new BridgeList(mkdtempSync(join(folder, 'process-')), bridges(...numbers), 0, () => ++now);
    const [here, there] = [process(1), process(2, 1)];
    await here.add(bridges(3));
    await there.add(bridges(4));
    await here.adopt(there.said);
    await there.adopt(here.said);
    expect(new Set(here.shelves.lists.flat())).toEqual(new Set(bridges(1, 3, 4)));
    await there.remove(bridges(3));
    const old = here.said;
    await here.adopt(there.said);
    await there.adopt(old);
    await there.adopt('nonsense');
    expect(here.shelves.lists).toEqual([bridges(1, 4)]);
    expect(new Set(there.shelves.lists.flat())).toEqual(new Set(bridges(1, 2, 4)));
    for (const url of bridges(1, 2, 3, 4)) {
      const hash = [endpointHash(url)];
      expect(here.shelves.find(hash)).toBe(there.shelves.find(hash));
    }
  });

  test('whose file is damaged are told so, without what it says', () => {
    load(1);
    const file = join(folder, 'bridges.json');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 50));
    expect(() => load(1)).toThrow(/bridges\.json is damaged: restore it from a backup/);
  });
});

test('who was let in is told its own shelf, signed, and nobody else anything', async () => {
  const server = await startServer({
    ...{
      dataDir: join(folder, 'data'),
      host: '127.0.0.1',
      port: 0,
      bridges: bridges(1, 2, 3, 4, 5),
    },
    ...{ clock: systemSteadyClock, random: systemRandom, log: () => undefined },
  });
  const [endpoint = ''] = server.endpoints;
  expect([...server.endpointsFor(1)].sort()).toEqual([endpoint, ...bridges(1, 2, 3, 4)]);
  const second = [endpoint, ...bridges(5)];
  const inTurn = [server.endpointsFor(), server.endpointsFor(), server.endpointsFor()];
  expect(inTurn.filter((each) => each.join() === second.join()).length % 3).not.toBe(0);
  expect(server.endpointsFor(2)).toEqual([endpoint, ...bridges(5)]);
  expect(server.endpointsFor(3)).toEqual([endpoint]);
  const client = await WireClient.connect(endpoint, server.identity);
  const { allowance } = await newLogOn(client, { invite: await server.invite(1, 1) });
  const ask = async (serial: number, ...numbers: number[]) => {
    const knows = numbers.map(hashOf);
    return (await client.ask('endpoints', { allowance, knows, serial })).record;
  };
  const record = await ask(0, 5);
  const { endpoints, serial } = await openEndpointRecord(record, server.identity, Date.now());
  expect(endpoints).toEqual([endpoint, ...bridges(5)]);
  expect(await ask(serial, 5)).toHaveLength(0);
  const first = await openEndpointRecord(await ask(serial - 1), server.identity, Date.now());
  expect(first.endpoints).toEqual([endpoint, ...bridges(1, 2, 3, 4)]);
  await server.desk.bridges(bridges(6), []);
  const grown = await openEndpointRecord(await ask(serial, 5), server.identity, Date.now());
  expect(grown.endpoints).toEqual([endpoint, ...bridges(5, 6)]);
  expect(server.endpointsFor(2)).toHaveLength(3);
  const stranger = { allowance: systemRandom(32), knows: [hashOf(1)], serial: 0 };
  await expect(client.ask('endpoints', stranger)).rejects.toMatchObject({ code: 'not-found' });
  client.close();
  await server.close();
});
