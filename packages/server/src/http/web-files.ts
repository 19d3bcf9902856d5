/**
 * The built page, read into memory once: what is served is exactly what was in the folder at start, and
 * no address leads to anything else on the disk.
 */
import { createHash, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { publicPoint } from '../kept/p256-key.ts';
import { filesIn } from './files-in.ts';
import { CROSS_ORIGIN, inSmallRecords } from './listening.ts';
import { signedRelease } from './release.ts';
import {
  SECURITY_HEADERS,
  SERVICE_WORKER_HEADERS,
  securityHeadersFor,
} from './security-headers.ts';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mp3': 'audio/mpeg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

const QUICK = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

/** Where the release key stands in the page. */
const KEY_SLOT = '<meta name="release-key" content="" />';
/** What browsers ask for where a line freezes connections: each ends its own. */
const ONE_BY_ONE = ['/sw.js', '/release.json'];
const ENDS = { connection: 'close' };
/** A browser that opens the page looks whether its service worker is another one: not each time, where connections count. */
const SOON = 'max-age=3600';
/** Of a slice, that lines which freeze connections let it through: more than any of them does. */
const SLICE = 65_536;

interface WebFile {
  readonly type: string;
  readonly body: Buffer;
  /** The same compressed, where that is smaller. */
  readonly brotli: Buffer | undefined;
  readonly etag: string;
  /** Its name has a hash of its content, so that it never changes. */
  readonly immutable: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

export class WebFiles {
  readonly #files = new Map<string, WebFile>();
  /** Parts of the page by gzip, which browsers can unpack once they have put the slices together. */
  readonly #parts = new Map<string, Buffer>();
  /** From the page's `<meta name="build">`, so that a page that is open sees that it is old; '' without. */
  readonly build: string;

  /** `folder`: of the built page; without one every address is unknown. */
  constructor(folder?: string) {
    const names = folder ? filesIn(folder) : [];
    for (const name of names) {
      if (name.endsWith('.br') && names.includes(name.slice(0, -3))) continue;
      const part = /^(parts\/[\w-]+)\.gz$/.exec(name)?.[1];
      if (part !== undefined) {
        this.#parts.set(`/${part}`, readFileSync(join(folder ?? '', name)));
        continue;
      }
      const compressed = names.includes(`${name}.br`);
      this.#files.set(`/${name}`, load(join(folder ?? '', name), name, compressed));
    }
    const index = this.#files.get('/index.html');
    if (index) this.#files.set('/', index);
    const tag = index?.body.toString().match(/<meta\s[^>]*\bname="?build"?[^>]*>/)?.[0];
    this.build = tag?.match(/\bcontent="?([^"\s>]{1,64})/)?.[1] ?? '';
  }

  /** Whether the page was built with a release, which is to be signed before it is served. */
  get hasRelease(): boolean {
    return this.#files.has('/release.json');
  }

  /** Signs the page's release, and names the key in the page. */
  sign(key: KeyObject): void {
    const [release, index] = ['/release.json', '/index.html'].map((path) => this.#files.get(path));
    if (!release || !index) return;
    const body = signedRelease(release.body, index.headers, key);
    this.#files.set('/release.json', { ...release, ...packed(body) });
    const slot = KEY_SLOT.replace('""', `"${publicPoint(key)}"`);
    // What the release has as index.html stays as it was built.
    const named = packed(Buffer.from(String(index.body).replace(KEY_SLOT, slot)));
    this.#files.set('/', { ...index, ...named });
  }

  /** Answers with the file at a path, whatever its query; false where there is none: nothing was answered then. */
  serve(request: IncomingMessage, response: ServerResponse, url: string): boolean {
    const path = url.split('?')[0] ?? '';
    const readable = request.method === 'GET' || request.method === 'HEAD';
    const file = readable ? this.#files.get(path) : undefined;
    if (!file) return readable && this.#slice(path, request, response);
    const unchanged = request.headers['if-none-match'] === file.etag;
    const brotli = /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''))
      ? file.brotli
      : undefined;
    const body = brotli ?? file.body;
    // Who asks so looks at its line, and sees nothing of a record before it is whole.
    if (request.headers.range !== undefined) inSmallRecords(response);
    response.writeHead(unchanged ? 304 : 200, {
      ...file.headers,
      ...(ONE_BY_ONE.includes(path) ? ENDS : {}),
      ...(path === '/release.json' ? CROSS_ORIGIN : {}),
      etag: file.etag,
      vary: 'accept-encoding',
      'cache-control': cachingOf(path, file),
      'content-type': file.type,
      ...(brotli ? { 'content-encoding': 'br' } : {}),
      ...(unchanged ? {} : { 'content-length': body.length }),
    });
    response.end(unchanged || request.method === 'HEAD' ? undefined : body);
    return true;
  }

  /** Answers for `/parts/NAME/FROM-END_FROM-END`, over a connection that carries nothing else; false if there is no such slice. */
  #slice(path: string, { method }: IncomingMessage, response: ServerResponse): boolean {
    const [, part = '', named = ''] =
      /^(.*)\/(\d{1,8}-\d{1,8}(?:_\d{1,8}-\d{1,8}){0,7})$/.exec(path) ?? [];
    const whole = this.#parts.get(part);
    const body = whole && sliceOf(whole, named);
    if (!body) return false;
    inSmallRecords(response);
    response.writeHead(200, {
      ...CROSS_ORIGIN,
      ...ENDS,
      'cache-control': 'no-store',
      'content-type': 'application/octet-stream',
      'content-length': body.length,
    });
    response.end(method === 'HEAD' ? undefined : body);
    return true;
  }

  /** The site's answer to whatever it does not know. */
  refuse(response: ServerResponse): void {
    const page = this.#files.get('/404.html');
    const body = page?.body ?? Buffer.from('Not found\n');
    response.writeHead(404, {
      ...SECURITY_HEADERS,
      'cache-control': 'no-cache',
      'content-type': page?.type ?? 'text/plain; charset=utf-8',
      'content-length': body.length,
    });
    response.end(body);
  }
}

function cachingOf(path: string, { immutable }: WebFile): string {
  if (path === '/sw.js') return SOON;
  return immutable ? 'public, max-age=31536000, immutable' : 'no-cache';
}

/** The bytes of these ranges; undefined where one of them is none. */
function sliceOf(whole: Buffer, named: string): Buffer | undefined {
  const ranges = named.split('_').map((range) => range.split('-').map(Number));
  const good = ranges.every(([from = 0, end = 0]) => from < end && end <= whole.length);
  const body = Buffer.concat(ranges.map(([from, end]) => whole.subarray(from, end)));
  return good && body.length <= SLICE ? body : undefined;
}

/** `compressed`: there is a `.br` beside it, made with more effort than a start has time for. */
function load(path: string, name: string, compressed: boolean): WebFile {
  const body = readFileSync(path);
  return {
    type: types[extname(name)] ?? 'application/octet-stream',
    ...packed(body, compressed ? readFileSync(`${path}.br`) : undefined),
    immutable: /^assets\/.*-[\w-]{8}\.\w+$/.test(name),
    headers: headersOf(name, body),
  };
}

function headersOf(name: string, body: Buffer): Readonly<Record<string, string>> {
  if (name === 'sw.js') return SERVICE_WORKER_HEADERS;
  return name.endsWith('.html') ? securityHeadersFor(String(body)) : SECURITY_HEADERS;
}

function packed(
  body: Buffer,
  brotli = brotliCompressSync(body, QUICK),
): Pick<WebFile, 'body' | 'brotli' | 'etag'> {
  return {
    body,
    brotli: brotli.length < body.length ? brotli : undefined,
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
  };
}
