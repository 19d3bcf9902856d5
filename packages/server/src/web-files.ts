/**
 * The built page, read into memory once: what is served is exactly what was in the folder at start, and
 * no address leads to anything else on the disk.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { filesIn } from './files-in.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

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

interface WebFile {
  readonly type: string;
  readonly body: Buffer;
  /** The same compressed, where that is smaller. */
  readonly brotli: Buffer | undefined;
  readonly etag: string;
  /** Its name has a hash of its content, so that it never changes. */
  readonly immutable: boolean;
}

export class WebFiles {
  readonly #files = new Map<string, WebFile>();
  /** From the page's `<meta name="build">`, so that a page that is open sees that it is old; '' without. */
  readonly build: string;

  /** `folder`: of the built page; without one every address is unknown. */
  constructor(folder?: string) {
    const names = folder ? filesIn(folder) : [];
    for (const name of names) {
      if (name.endsWith('.br') && names.includes(name.slice(0, -3))) continue;
      const compressed = names.includes(`${name}.br`);
      this.#files.set(`/${name}`, load(join(folder ?? '', name), name, compressed));
    }
    const index = this.#files.get('/index.html');
    if (index) this.#files.set('/', index);
    const tag = index?.body.toString().match(/<meta\s[^>]*\bname="?build"?[^>]*>/)?.[0];
    this.build = tag?.match(/\bcontent="?([^"\s>]{1,64})/)?.[1] ?? '';
  }

  /** Answers with the file at a path, whatever its query; false where there is none: nothing was answered then. */
  serve(request: IncomingMessage, response: ServerResponse, url: string): boolean {
    const path = url.split('?')[0] ?? '';
    const readable = request.method === 'GET' || request.method === 'HEAD';
    const file = readable ? this.#files.get(path) : undefined;
    if (!file) return false;
    const unchanged = request.headers['if-none-match'] === file.etag;
    const brotli = /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''))
      ? file.brotli
      : undefined;
    const body = brotli ?? file.body;
    response.writeHead(unchanged ? 304 : 200, {
      ...SECURITY_HEADERS,
      etag: file.etag,
      vary: 'accept-encoding',
      'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      'content-type': file.type,
      ...(brotli ? { 'content-encoding': 'br' } : {}),
      ...(unchanged ? {} : { 'content-length': body.length }),
    });
    response.end(unchanged || request.method === 'HEAD' ? undefined : body);
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

/** `compressed`: there is a `.br` beside it, made with more effort than a start has time for. */
function load(path: string, name: string, compressed: boolean): WebFile {
  const body = readFileSync(path);
  const brotli = compressed ? readFileSync(`${path}.br`) : brotliCompressSync(body, QUICK);
  return {
    type: types[extname(name)] ?? 'application/octet-stream',
    body,
    brotli: brotli.length < body.length ? brotli : undefined,
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    immutable: /^assets\/.*-[\w-]{8}\.\w+$/.test(name),
  };
}
