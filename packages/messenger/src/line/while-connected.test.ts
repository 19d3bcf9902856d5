/** Ways that are tried, and not tried, by a device in no network. */
import type { networkInterfaces } from 'node:os';
import type { CarrierFactory } from '@polynya/reach/carriers/carrier';
import { expect, test } from 'vitest';
import { whileConnected } from './while-connected.ts';

const { signal } = new AbortController();
const factory: CarrierFactory = {
  kind: 'counted',
  open: async (endpoint) => Promise.reject(new Error(`tried ${endpoint}`)),
};
const alone = () => ({}) as ReturnType<typeof networkInterfaces>;

test('a device in no network tries ways within itself alone', async () => {
  const careful = whileConnected(factory, alone);
  const tried = (endpoint: string) => careful.open(endpoint, signal).catch((e: Error) => e.message);
  expect(careful.kind).toBe('counted');
  expect(await tried('https://chat.example/s')).toBe('this device is in no network');
  expect(await tried('http://127.0.0.1:1/s https://chat.example/s')).toMatch(/no network/);
  for (const here of ['http://127.0.0.1:8787/s', 'https://localhost/s', 'http://[::1]:1/s']) {
    expect(await tried(here)).toBe(`tried ${here}`);
  }
});
