/** The files of a web site in memory, found as nginx finds them with `try_files $uri $uri.html $uri/ =404`. */
import { readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { filesIn, foldersIn } from '../http/files-in.ts';

/** As nginx's own list has them. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.gif': 'image/gif',
  '.htm': 'text/html',
  '.html': 'text/html',
  '.ico': 'image/x-icon',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'application/javascript',
  '.json': 'application/json',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.webm': 'video/webm',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.xml': 'text/xml',
};

export interface Page {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
  /** Seconds since 1970. */
  readonly modified: number;
}

/** What a path leads to; a folder without an index is `forbidden`. */
export type Found = Page | 'folder' | 'forbidden' | 'nothing';

export class Pages {
  readonly #pages = new Map<string, Page>();
  readonly #folders = new Set<string>(['']);

  /**
   * @param folder read into memory once, but for what begins with a dot (`.git`, `.env`, ...): no page is meant by
   *   that, except below `.well-known` (RFC 8615). Without one there is a single page
   * @throws the platform's error if it cannot be read
   */
  constructor(folder?: string) {
    if (folder === undefined) this.#pages.set('/index.html', welcome());
    for (const name of folder === undefined ? [] : filesIn(folder).filter(isShown)) {
      const path = join(folder ?? '', name);
      this.#pages.set(`/${name}`, pageOf(name, readFileSync(path), statSync(path).mtimeMs));
    }
    const folders = folder === undefined ? [] : foldersIn(folder).filter(isShown);
    for (const name of folders) this.#folders.add(`/${name}`);
  }

  /** @param path absolute, decoded, without `.` and `..` */
  find(path: string): Found {
    const page = this.#pages.get(path) ?? this.#pages.get(`${path}.html`);
    if (page) return page;
    const folder = path.replace(/\/$/, '');
    if (!this.#folders.has(folder)) return 'nothing';
    if (folder === path) return 'folder';
    return this.#pages.get(`${folder}/index.html`) ?? 'forbidden';
  }
}

function isShown(path: string): boolean {
  return path.split('/').every((part) => !part.startsWith('.') || part === '.well-known');
}

/** What the site says of a path that leads nowhere, if it has a page for that. */
export function missingPage(pages: Pages): Page | undefined {
  const found = pages.find('/404.html');
  return typeof found === 'string' ? undefined : found;
}

function pageOf(name: string, body: Buffer, modifiedMs: number): Page {
  const modified = Math.floor(modifiedMs / 1_000);
  return {
    type: TYPES[extname(name).toLowerCase()] ?? 'application/octet-stream',
    body,
    etag: `"${modified.toString(16)}-${body.length.toString(16)}"`,
    modified,
  };
}

/** The day is anyone's, and the same for everybody. */
function welcome(): Page {
  const html =
    '<!DOCTYPE html>\n<html>\n<head><title>Welcome</title></head>\n<body>\n<h1>Welcome</h1>\n<p>This page is empty.</p>\n</body>\n</html>\n';
  return pageOf('index.html', Buffer.from(html), Date.UTC(2024, 3, 23, 14, 3));
}
