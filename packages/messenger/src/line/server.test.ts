import { systemRandom } from '@polynya/reach/clock';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { homeSaved, loadServers, type Server, serverSaved } from './server.ts';

const server = (first: number): Server => ({
  identity: new Uint8Array(32).fill(first),
  endpoints: ['ws://127.0.0.1:1/s'],
  page: '',
  allowance: systemRandom(32),
  admitted: true,
  record: null,
  inbox: { log: systemRandom(16), secret: systemRandom(32), made: false, cursor: 0 },
});

test('the home server stays the first one, whatever servers come to it', async () => {
  const store = await openSqliteStore(':memory:');
  const [early, home, late] = [server(1), server(2), server(3)];
  await store.apply([home, early, late].map(serverSaved));
  expect(await loadServers(store)).toEqual([early, home, late]);
  await store.apply([homeSaved(home)]);
  expect(await loadServers(store)).toEqual([home, early, late]);
  await store.close();
});
