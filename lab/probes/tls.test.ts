/** What a prober sees of TLS, of servers that differ in one setting each. */
import { spawnSync } from 'node:child_process';
import { constants } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer as createPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TlsOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CertificateAuthority } from '../network/certificates.ts';
import type { Suspect } from './ask.ts';
import { acknowledgesNames, answersToHellos } from './server-hello.ts';
import { tlsOf } from './tls.ts';
import { librarySeen, settingsSeen, unseenIn, visit } from './tls-sessions.ts';

const without = spawnSync('openssl', ['version']).status !== 0;
if (without) console.warn('What a prober sees of TLS is not tested here: there is no openssl.');

describe.skipIf(without)('a prober of TLS', () => {
  let folder = '';
  let keys: TlsOptions = {};
  const running: { close(): unknown }[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lab-tls-'));
    const { certPath, keyPath } = new CertificateAuthority(folder).issue('home');
    keys = { cert: readFileSync(certPath), key: readFileSync(keyPath) };
  });
  afterEach(() => {
    for (const server of running.splice(0)) server.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function serving(options: TlsOptions): Promise<Suspect> {
    const server = createServer({ ...keys, ...options }, (socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('end', () => socket.end()).resume();
    });
    server.on('tlsClientError', (_, socket) => socket.destroy());
    running.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    return { address: '127.0.0.1', name: 'home.example', port };
  }

  test('reads what a server chooses, and sees another choice', async () => {
    const [usual, old] = [await serving({}), await serving({ maxVersion: 'TLSv1.2' })];
    const [one, other] = [await answersToHellos(usual), await answersToHellos(old)];
    expect(one.get('one without ALPN')).toMatch(/^303 130\d \d+-\d+ group 1d, /);
    expect(other.get('one without ALPN')).toMatch(/^303 c0\w\w [\d-]+ group none, /);
    expect(await answersToHellos(usual)).toEqual(one);
    expect(await acknowledgesNames(usual)).toBe(false);
  });

  test('has nothing to hold against anything where nobody answers', async () => {
    const gone = await serving({});
    running.pop()?.close();
    await expect(answersToHellos(gone)).rejects.toThrow('no hello');
  });

  test('ends at a server that takes the connection and says nothing, and says that it said nothing', async () => {
    const silent = createPlain(
      (socket) => void socket.on('error', () => socket.destroy()).resume(),
    );
    running.push(silent);
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const { port } = silent.address() as AddressInfo;
    const suspect = { address: '127.0.0.1', name: 'home.example', port };
    await expect(visit(suspect, ['-tls1_3'], 500)).rejects.toThrow(
      'home.example shook no hands by -tls1_3 within 0.5 s, nor refused',
    );
  });

  test('holds nothing against a decoy that shows nothing, however alike the other is', async () => {
    const bare = { maxVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET } as const;
    const [ours, decoy] = [await serving(bare), await serving(bare)];
    const folders = ['d', 'e', 'f', 'g', 'h', 'i'].map((name) => join(folder, name));
    const { found } = await tlsOf(ours, decoy, () => folders.pop() ?? '');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^nothing to compare TLS with, .*tickets of tls1_3: 0 for {2}s; /);
  });

  test('sees tickets, what becomes of them, groups, and a second handshake', async () => {
    const seen = await settingsSeen(await serving({ sessionTimeout: 300 }), join(folder, 'a'));
    expect(Object.fromEntries(seen)).toMatchObject({
      'tickets of tls1_3': '2 for 300 s',
      'a ticket of tls1_3 that comes back': 'taken',
      'tickets of tls1_2': '1 for 300 s',
      'a ticket of tls1_2 that comes back': 'taken',
      'the group P-384': 'taken',
      'a second handshake on one connection': 'done',
    });
    expect(unseenIn(seen)).toEqual([]);
    const secureOptions = constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_TICKET;
    const other = await settingsSeen(
      await serving({ secureOptions, ecdhCurve: 'X25519:P-256' }),
      join(folder, 'b'),
    );
    expect(Object.fromEntries(other)).toMatchObject({
      'tickets of tls1_2': '0 for  s',
      'a ticket of tls1_2 that comes back': 'not taken',
      'the group P-384': 'refused',
      'a second handshake on one connection': 'not to be had',
    });
  });

  test('sees apart what a library has one way', async () => {
    const seen = await librarySeen(await serving({}), join(folder, 'c'));
    expect([...seen.keys()]).toHaveLength(4);
    expect(unseenIn(seen)).toEqual([]);
    expect(seen.get('tickets')).toMatch(/^of \d{3} and \d{3} bytes$/);
    expect(seen.get('a name')).toBe('passed over');
  });
});
