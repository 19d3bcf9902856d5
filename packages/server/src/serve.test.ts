import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import {
  HANDLE,
  joinEnvelopes,
  RECORD_FILL,
  RECORD_NONCE,
  recordRequest,
  splitEnvelopes,
} from '@polynya/protocol/envelope';
import { KnownServer } from '@polynya/reach/client/known-server';
import { systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { WebFiles } from './http/web-files.ts';
import { type RunningServer, type ServeOptions, startServer } from './serve.ts';
import type { LogLine } from './server-log.ts';
import { startFailure } from './start-error.ts';

let folder = '';
let running: RunningServer[] = [];
let lines: LogLine[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-serve-'));
  lines = [];
});
afterEach(async () => {
  for (const server of running) await server.close();
  running = [];
  rmSync(folder, { recursive: true });
});

async function start(options: Partial<ServeOptions> = {}): Promise<RunningServer> {
  const server = await startServer({
    dataDir: join(folder, 'data'),
    host: '127.0.0.1',
    port: 0,
    clock: systemSteadyClock,
    random: systemRandom,
    log: (line) => void lines.push(line),
    ...options,
  });
  running.push(server);
  return server;
}

async function stop(server: RunningServer): Promise<void> {
  running = running.filter((one) => one !== server);
  await server.close();
}

/** A built page: an index, a hashed script with its compressed form, a plain file. */
function page(): string {
  const dir = join(folder, 'page');
  mkdirSync(join(dir, 'assets'), { recursive: true });
  const script = 'console.log("page");'.repeat(50);
  writeFileSync(join(dir, 'index.html'), '<meta name="build" content="7fA_9" />');
  writeFileSync(join(dir, 'assets', 'index-AbCd_123.js'), script);
  writeFileSync(join(dir, 'assets', 'index-AbCd_123.js.br'), brotliCompressSync(script));
  writeFileSync(join(dir, 'style.css'), 'p { color: red }'.repeat(50));
  writeFileSync(join(dir, 'icon.svg'), '<svg/>');
  return dir;
}

/** Sends raw bytes and answers all that came back until the connection ended. */
function raw(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket: Socket = createConnection(Number(new URL(url).port), '127.0.0.1', () => {
      socket.write(text);
    });
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('the data folder', () => {
  test('keeps the identity over restarts', async () => {
    const first = await start();
    const { identity } = first;
    expect(identity).toHaveLength(32);
    await stop(first);
    expect((await start()).identity).toEqual(identity);
  });

  test('holds files of its owner alone, whatever the folder allows', async () => {
    mkdirSync(join(folder, 'data'), { mode: 0o755 });
    await start();
    const files = readdirSync(join(folder, 'data')).sort();
    expect(files).toEqual([
      'last-hour',
      'polynya.db',
      'polynya.db-wal',
      'record-serial',
      'server-keys.json',
    ]);
    for (const file of files) expect(statSync(join(folder, 'data', file)).mode & 0o777).toBe(0o600);
  });

  test('with a damaged key file is refused, without its content in the message', async () => {
    await stop(await start());
    const file = join(folder, 'data', 'server-keys.json');
    const torn = readFileSync(file, 'utf8').slice(0, 60);
    writeFileSync(file, torn);
    const error = await start().catch((caught: unknown) => caught);
    expect(startFailure(error)).toMatch(/^The key file .* is damaged: /);
    expect(startFailure(error)).not.toContain(torn.slice(25, 40));
    expect(readFileSync(file, 'utf8')).toBe(torn);
  });

  test('with a damaged record serial is refused', async () => {
    await stop(await start());
    const file = join(folder, 'data', 'record-serial');
    for (const damage of ['', '-5', '1e9', 'x']) {
      writeFileSync(file, damage);
      const error = await start().catch((caught: unknown) => caught);
      expect(startFailure(error)).toMatch(/record-serial is damaged: /);
    }
  });

  test('is refused to a second server, and to none after the first has stopped', async () => {
    const first = await start();
    const error = await start().catch((caught: unknown) => caught);
    expect(startFailure(error)).toMatch(/^Another server is running on /);
    await stop(first);
    await start();
  });
});

describe('the access record', () => {
  /** Starts and stops a server at this time; answers its record as a client gets it. */
  async function recordAt(now: number): Promise<{ identity: Uint8Array; record: Uint8Array }> {
    const server = await start({ clock: { ...systemSteadyClock, now: () => now } });
    const { identity } = server;
    const request = recordRequest(identity, systemRandom(RECORD_NONCE), systemRandom(RECORD_FILL));
    const body = new Uint8Array(joinEnvelopes([request]));
    const answer = await fetch(`${server.url}/s`, { method: 'POST', body });
    const [envelope] = splitEnvelopes(new Uint8Array(await answer.arrayBuffer()));
    await stop(server);
    return { identity, record: envelope?.subarray(HANDLE) ?? new Uint8Array(0) };
  }

  test('of each start is newer to clients: within one second, and after the clock was set back', async () => {
    const now = 1_800_000_000_000;
    const first = await recordAt(now);
    const known = new KnownServer(first.identity);
    const { serial } = await known.learn(first.record, now);
    expect(serial).toBe(now / 1_000);
    for (const [i, at] of [now + 10, now - 86_400_000, now - 86_400_000].entries()) {
      const next = await known.learn((await recordAt(at)).record, now);
      expect(next.serial).toBe(serial + 1 + i);
    }
    const later = await known.learn((await recordAt(now + 60_000)).record, now);
    expect(later.serial).toBe(serial + 60);
  });
});

test('a port in use, a wrong setting and a bad certificate are each told in one sentence', async () => {
  const { url } = await start();
  const told = async (options: Partial<ServeOptions>) =>
    startFailure(await start({ dataDir: join(folder, 'other'), ...options }).catch((e) => e));
  expect(await told({ port: Number(new URL(url).port) })).toMatch(/^Port \d+ of .* is in use/);
  expect(await told({ config: { keep: { days: -1 } } })).toMatch(
    /^The setting "keep.days" is wrong/,
  );
  expect(await told({ tls: { cert: 'no', key: 'no' } })).toMatch(/^The certificate/);
  expect(await told({ pageDir: join(folder, 'missing') })).toMatch(/^The page's folder/);
  await start({ dataDir: join(folder, 'other') });
});

describe('the site', () => {
  test('serves the page with its types, caching and compressed forms', async () => {
    const { url } = await start({ pageDir: page() });
    const index = await fetch(`${url}/`);
    expect(index.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(index.headers.get('cache-control')).toBe('no-cache');
    const script = await fetch(`${url}/assets/index-AbCd_123.js`);
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(script.headers.get('cache-control')).toContain('immutable');
    const head = 'host: a\r\naccept-encoding: gzip, br\r\nconnection: close\r\n\r\n';
    for (const path of ['/assets/index-AbCd_123.js', '/style.css']) {
      const packed = await raw(url, `GET ${path} HTTP/1.1\r\n${head}`);
      expect(packed).toContain('content-encoding: br');
      expect(packed).not.toMatch(/console.log|color/);
    }
    expect(await script.text()).toContain('console.log("page");');
    const icon = await fetch(`${url}/icon.svg`);
    expect(icon.headers.get('cache-control')).toBe('no-cache');
    const etag = icon.headers.get('etag') ?? '';
    const again = await fetch(`${url}/icon.svg`, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  });

  test('knows the build that its page names', () => {
    expect(new WebFiles(page()).build).toBe('7fA_9');
    expect(new WebFiles().build).toBe('');
  });

  test('lets the page do only what it needs', async () => {
    const { url } = await start({ pageDir: page() });
    for (const path of ['/', '/icon.svg', '/unknown', '/s']) {
      const { headers } = await fetch(url + path);
      const policy = headers.get('content-security-policy');
      expect(policy).toContain("default-src 'none'; script-src 'self';");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    }
  });

  test('lets its service worker fetch and show the icon of notifications, and say nowhere where it is from', async () => {
    const pageDir = page();
    writeFileSync(join(pageDir, 'sw.js'), 'void 0;');
    const { url } = await start({ pageDir });
    const { headers } = await fetch(`${url}/sw.js`);
    const policy = headers.get('content-security-policy');
    expect(policy).toMatch(/^default-src 'none'; connect-src .*; img-src 'self'$/);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('says the same of every address it does not know, the session endpoint included', async () => {
    const { url } = await start({ pageDir: page() });
    const answers = [];
    for (const [path, options] of [
      ['/unknown', {}],
      ['/../server-keys.json', {}],
      ['/%2e%2e/data/server-keys.json', {}],
      ['/assets/index-AbCd_123.js.br', {}],
      ['/s', {}],
      ['/s', { method: 'POST', body: 'no envelope' }],
      ['/s', { method: 'POST', body: new Uint8Array(5_000) }],
      ['/', { method: 'POST', body: 'x' }],
    ] as const) {
      const answer = await fetch(url + path, options);
      answers.push([answer.status, await answer.text(), answer.headers.get('content-type')]);
    }
    expect(new Set(answers.map(String))).toEqual(new Set([String(answers[0])]));
    expect(answers[0]?.[0]).toBe(404);
  });
});

describe('the session endpoint', () => {
  test('is open to pages of other origins, without credentials; the site is not', async () => {
    const { url } = await start({ pageDir: page() });
    const looked = await fetch(`${url}/s`, { method: 'HEAD' });
    expect(looked.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    const preflight = await fetch(`${url}/s`, { method: 'OPTIONS' });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type');
    expect(preflight.headers.has('access-control-allow-credentials')).toBe(false);
    const post = await fetch(`${url}/s`, { method: 'POST', body: 'x' });
    expect(post.headers.get('access-control-allow-origin')).toBe('*');
    expect((await fetch(`${url}/`)).headers.has('access-control-allow-origin')).toBe(false);
  });

  test('closes a WebSocket that says something unknown, and there is none elsewhere', async () => {
    const { url } = await start();
    const closed = (path: string) =>
      new Promise((resolve) => {
        const socket = new WebSocket(url.replace('http', 'ws') + path);
        socket.on('open', () => socket.send(new Uint8Array(300)));
        socket.on('error', (error) => resolve(error.message));
        socket.on('close', (code) => resolve(code));
      });
    expect(await closed('/s')).toBe(1005);
    expect(await closed('/')).toContain('404');
  });
});

test('an upgrade that is not for sessions is answered as if it had not been asked for', async () => {
  const { url } = await start({ pageDir: page() });
  const get = (path: string, upgrade = '') =>
    raw(url, `GET ${path} HTTP/1.1\r\nhost: a\r\n${upgrade}connection: close\r\n\r\n`);
  const known = await get('/');
  const unknown = await get('/elsewhere');
  const undated = (answer: string) => answer.replace(/date: .*/i, '');
  for (const protocol of ['h2c', 'websocket']) {
    const upgrade = `upgrade: ${protocol}\r\nconnection: upgrade\r\n`;
    expect(undated(await get('/', upgrade))).toBe(undated(known));
    expect(undated(await get('/elsewhere', upgrade))).toBe(undated(unknown));
  }
});

describe('a client that wastes the server', () => {
  test('with long headers is refused', async () => {
    const { url } = await start();
    const answer = await raw(url, `GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(9_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 431/);
  });

  test('with a header or a body that does not end is cut off', async () => {
    const { url } = await start({ config: { http: { headersMs: 200, requestMs: 400 } } });
    const started = Date.now();
    await Promise.all([
      raw(url, 'GET / HTTP/1.1\r\nhost: a\r\n'),
      raw(url, 'POST /s HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nx'),
    ]);
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  test('with a body that is too long is cut off, and no bug is logged', async () => {
    const { url } = await start();
    const body = new Uint8Array(8_000_000);
    await fetch(`${url}/s`, { method: 'POST', body }).catch(() => undefined);
    await raw(url, 'POST /s HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    expect(lines).toEqual([{ event: 'started', tls: false, page: false }]);
  });
});

test('closing ends open connections and lets go of the folder and the port', async () => {
  const server = await start();
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/s`);
  await new Promise((resolve) => socket.on('open', resolve));
  const closed = new Promise((resolve) => socket.on('close', resolve));
  await stop(server);
  expect(await closed).toBe(1001);
  await start({ port: Number(new URL(server.url).port) });
});
