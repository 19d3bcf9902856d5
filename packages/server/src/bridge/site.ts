/**
 * An ordinary web site out of a folder, or a page that says nothing: what a bridge shows to everybody who does
 * not know its secret path. Nothing in its answers is Polynya's.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { filesIn } from '../files-in.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.gif': 'image/gif',
  '.htm': 'text/html; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.xml': 'text/xml; charset=utf-8',
};

interface Page {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
  readonly modified: string;
}

export class Site {
  readonly #pages = new Map<string, Page>();
  readonly #missing: Page;
  readonly #refused: Page;

  /**
   * @param folder read into memory once; without one there is a single page
   * @throws the platform's error if it cannot be read
   */
  constructor(folder?: string) {
    for (const name of folder === undefined ? [] : filesIn(folder)) {
      const path = join(folder ?? '', name);
      this.#add(name, pageOf(extname(name), readFileSync(path), statSync(path).mtime));
    }
    if (folder === undefined) this.#add('index.html', plain('Welcome', 'This page is empty.'));
    this.#missing = this.#pages.get('/404.html') ?? plain('404 Not Found', '');
    this.#refused = plain('405 Not Allowed', '');
  }

  /** Answers any request, whatever it asks for. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', headers } = request;
    const page = this.#pages.get(pathOf(request.url ?? ''));
    if (!page) answer(response, 404, this.#missing, method);
    else if (method !== 'GET' && method !== 'HEAD') answer(response, 405, this.#refused, method);
    else {
      const { etag, modified } = page;
      const kept = { 'last-modified': modified, etag };
      if (headers['if-none-match'] === etag) response.writeHead(304, kept).end();
      else answer(response, 200, page, method, kept);
    }
  }

  #add(name: string, page: Page): void {
    this.#pages.set(`/${name}`, page);
    const index = /^(.*\/)?index\.html?$/.exec(name);
    if (index) this.#pages.set(`/${index[1] ?? ''}`, page);
    const bare = name.replace(/\.html?$/, '');
    if (bare !== name && !index) this.#pages.set(`/${bare}`, page);
  }
}

function answer(
  response: ServerResponse,
  status: number,
  { type, body }: Page,
  method: string,
  more: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': body.length, ...more });
  response.end(method === 'HEAD' ? undefined : body);
}

/** Without its query; undecodable escapes lead nowhere. */
function pathOf(url: string): string {
  const path = url.split('?', 1)[0] ?? '';
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return '';
    throw error;
  }
}

function pageOf(extension: string, body: Buffer, modified: Date): Page {
  return {
    type: TYPES[extension.toLowerCase()] ?? 'application/octet-stream',
    body,
    etag: `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`,
    modified: modified.toUTCString(),
  };
}

function plain(title: string, text: string): Page {
  const html = `<!DOCTYPE html>\n<html>\n<head><title>${title}</title></head>\n<body>\n<h1>${title}</h1>\n${
    text && `<p>${text}</p>\n`
  }</body>\n</html>\n`;
  return pageOf('.html', Buffer.from(html), new Date(0));
}
