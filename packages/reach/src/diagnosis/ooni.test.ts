import { expect, test } from 'vitest';
import type { Seen } from './diagnose.ts';
import { Notes } from './notes.ts';
import { ooniMeasurement } from './ooni.ts';

const host = { dns: null, tcp: 'ok', otherPort: null, tls: 'ok', otherHello: null } as const;
const seen: Seen = {
  ...{ connected: true, resolver: true, home: [], transfer: null, reached: true },
  server: [
    { ...host, host: '203.0.113.10' },
    { ...host, host: 'chat.example', dns: 'refused' },
    { ...host, host: 'bakery.example', dns: 'ok' },
  ],
  abroad: [{ ...host, host: 'weather.example', dns: 'ok' }],
};

async function measured() {
  const notes = new Notes();
  await notes.take('tcp', '203.0.113.10', 443, Promise.resolve('ok'));
  await notes.take('tls', '203.0.113.10', 443, Promise.resolve('silent'));
  await notes.take('dns', 'chat.example', 0, Promise.resolve('refused'));
  await notes.take('tls', 'bakery.example', 443, Promise.resolve('reset'));
  await notes.take('dns', 'weather.example', 0, Promise.resolve('ok'));
  const finding = { diagnosis: 'dns-removed', figure: null } as const;
  return ooniMeasurement({ notes, seen, finding, version: '0.1.0' });
}

test('a measurement names failures as OONI does (df-007)', async () => {
  expect(await measured()).toMatchObject({
    data_format_version: '0.2.0',
    test_keys: {
      diagnosis: 'dns-removed',
      queries: [{ failure: 'dns_nxdomain_error' }, { failure: null, hostname: 'weather.example' }],
      tcp_connect: [{ status: { failure: null, success: true } }],
      tls_handshakes: [{ failure: 'generic_timeout_error' }, { failure: 'connection_reset' }],
      network_events: [{}, {}, { operation: 'resolve_done' }, {}, {}],
    },
  });
});

test('a measurement says neither which server nor which bridges somebody uses, nor any address', async () => {
  const text = JSON.stringify(await measured());
  for (const word of ['203.0.113', 'chat.example', 'bakery']) expect(text).not.toContain(word);
  expect(text).toContain('server-3');
});
