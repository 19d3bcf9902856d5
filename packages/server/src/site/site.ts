/**
 * An ordinary web site: what everybody sees who does not know a secret path. It answers as nginx does that
 * serves the same folder (RFC 9110: conditions, ranges, methods), with its headers in its order.
 */
import { errorPage, reasonOf, type Special } from './error-page.ts';
import { missingPage, type Page, Pages } from './pages.ts';
import type { RefusedStatus, SiteRequest } from './request-head.ts';

/** A request says that it has more than this: it is not read. */
const LARGEST_BODY = 1_048_576;

export interface Answer {
  readonly status: number;
  /** Name and value, in their order. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  /** Whether the connection ends with it. */
  readonly ends: boolean;
}

/** Where the site listens, for redirects. */
export interface SiteAddress {
  readonly secure: boolean;
  readonly port: number;
}

/** What an answer is made of besides what every answer has. */
interface Content {
  readonly status: number;
  readonly type?: string;
  readonly body: Buffer;
  /** Stand between the length and `Connection`, and after that. */
  readonly before?: readonly (readonly [string, string])[];
  readonly after?: readonly (readonly [string, string])[];
}

export class Site {
  readonly #pages: Pages;
  readonly #missing: Page | undefined;
  readonly #now: () => number;

  /**
   * @param folder read into memory once; without one there is a single page
   * @param now milliseconds since 1970
   * @throws the platform's error if the folder cannot be read
   */
  constructor(folder?: string, now: () => number = Date.now) {
    this.#pages = new Pages(folder);
    this.#missing = missingPage(this.#pages);
    this.#now = now;
  }

  /** Answers any request, whatever it asks for. */
  answer(request: SiteRequest, at: SiteAddress): Answer {
    const { method, headers } = request;
    const path = pathOf(request.target);
    const large = Number(headers['content-length'] ?? 0) > LARGEST_BODY;
    const found = path === undefined ? 'nothing' : this.#pages.find(path);
    if (path === undefined) return this.refuse(400, request);
    if (large) return this.#page(413, request, true);
    if (found === 'nothing') return this.#page(404, request);
    const known = ['GET', 'HEAD', 'POST'].includes(method);
    if (!known) return this.#page(405, request);
    if (found === 'forbidden') return this.#page(403, request);
    if (found === 'folder') return this.#moved(request, path, at);
    if (method === 'POST') return this.#page(405, request);
    return this.#file(request, found);
  }

  /** Answers what is no request. The connection ends with it. */
  refuse(status: RefusedStatus, request?: SiteRequest): Answer {
    return status === 431
      ? this.#page(400, request, true, 'too-large')
      : this.#page(status, request, true);
  }

  /** Answers plain HTTP where TLS is spoken. The connection ends with it. */
  refusePlain(request: SiteRequest): Answer {
    return this.#page(400, request, true, 'no-tls');
  }

  #file(request: SiteRequest, page: Page): Answer {
    const { headers } = request;
    const modified = new Date(page.modified * 1_000).toUTCString();
    const stands = [['Last-Modified', modified]] as const;
    const etag = ['ETag', page.etag] as const;
    const condition = conditionOf(headers, page);
    if (condition === 412) return { ...this.#page(412, request), ends: true };
    if (condition === 304) {
      const unchanged = { status: 304, body: Buffer.alloc(0), before: stands, after: [etag] };
      return this.#make(request, unchanged);
    }
    const { body, type } = page;
    const range = rangeOf(headers, page, modified);
    if (range === 'none') {
      const after = [etag, ['Accept-Ranges', 'bytes']] as const;
      return this.#make(request, { status: 200, type, body, before: stands, after });
    }
    const says = (part: string) => ['Content-Range', `bytes ${part}/${body.length}`] as const;
    if (range === 'bad') return this.#page(416, request, false, undefined, [says('*')]);
    const [first, end] = range;
    const after = [etag, says(`${first}-${end - 1}`)];
    const part = body.subarray(first, end);
    return this.#make(request, { status: 206, type, body: part, before: stands, after });
  }

  /** An absolute URL, as the client called the site. */
  #moved(request: SiteRequest, path: string, { secure, port }: SiteAddress): Answer {
    const host = request.headers.host?.replace(/:\d*$/, '').toLowerCase() ?? '_';
    const named = port === (secure ? 443 : 80) ? host : `${host}:${port}`;
    const query = /\?.*/.exec(request.target)?.[0] ?? '';
    const url = `http${secure ? 's' : ''}://${named}${encodeURI(path)}/${query}`;
    const body = errorPage(301, request.headers['user-agent']);
    return this.#make(request, {
      ...{ status: 301, type: 'text/html', body, before: [['Location', url]] },
    });
  }

  #page(
    status: number,
    request?: SiteRequest,
    ends = false,
    special?: Special,
    after: Content['after'] = [],
  ): Answer {
    const own = status === 404 ? this.#missing : undefined;
    if (own && request) {
      const { type, body, etag } = own;
      return this.#make(request, { status, type, body, after: [['ETag', etag]] });
    }
    const body = errorPage(status, request?.headers['user-agent'], special);
    return this.#make(request, { status, type: 'text/html', body, after }, ends);
  }

  #make(request: SiteRequest | undefined, content: Content, ends = false): Answer {
    const { status, type, body, before = [], after = [] } = content;
    const last = ends || !request || !isKept(request);
    const headers = [
      ['Server', 'nginx'],
      ['Date', new Date(this.#now()).toUTCString()],
      ...(type === undefined
        ? []
        : [['Content-Type', type] as const, ['Content-Length', String(body.length)] as const]),
      ...before,
      ['Connection', last ? 'close' : 'keep-alive'],
      ...after,
    ] as const;
    const empty = request?.method === 'HEAD';
    return { status, headers, body: empty ? Buffer.alloc(0) : body, ends: last };
  }
}

/** As it goes over the wire; HTTP/0.9 has the body alone. */
export function bytesOf(
  { status, headers, body }: Answer,
  version: SiteRequest['version'],
): Buffer {
  if (version === '0.9') return body;
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status} ${reasonOf(status)}\r\n${lines}\r\n`, 'latin1'),
    body,
  ]);
}

/** The same as the last of its connection. */
export function ending(answer: Answer): Answer {
  const headers = answer.headers.map(
    (header) => (header[0] === 'Connection' ? ['Connection', 'close'] : header) as typeof header,
  );
  return { ...answer, headers, ends: true };
}

function isKept({ version, headers }: SiteRequest): boolean {
  const said = headers.connection?.toLowerCase() ?? '';
  if (said.includes('close') || version === '0.9') return false;
  return version === '1.1' || said.includes('keep-alive');
}

/** Decoded, without query, doubled slashes, `.` and `..`; undefined for what leads above the root or is no path. */
function pathOf(target: string): string | undefined {
  const [raw = ''] = target.split(/[?#]/, 1);
  if (/%(?![\da-f]{2})|%00/i.test(raw)) return undefined;
  const decoded = raw.replace(/%(..)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const parts: string[] = [];
  const given = decoded.split('/').slice(1);
  for (const part of given) {
    if (part === '..' && parts.pop() === undefined) return undefined;
    if (!['', '.', '..'].includes(part)) parts.push(part);
  }
  const open = ['', '.', '..'].includes(given.at(-1) ?? '');
  const path = `/${parts.join('/')}${open && parts.length > 0 ? '/' : ''}`;
  return Buffer.from(path, 'latin1').toString();
}

type Headers = SiteRequest['headers'];

/** 412, 304, or null where the request's conditions hold (RFC 9110 section 13), dates being compared to the second. */
function conditionOf(headers: Headers, { etag, modified }: Page): 412 | 304 | null {
  const unmodified = headers['if-unmodified-since'];
  if (unmodified !== undefined && !(Date.parse(unmodified) / 1_000 >= modified)) return 412;
  const match = headers['if-match'];
  if (match !== undefined && !isIn(etag, match, false)) return 412;
  const since = headers['if-modified-since'];
  const none = headers['if-none-match'];
  if (since === undefined && none === undefined) return null;
  if (since !== undefined && Date.parse(since) / 1_000 !== modified) return null;
  if (none !== undefined && !isIn(etag, none, true)) return null;
  return 304;
}

function isIn(etag: string, list: string, weak: boolean): boolean {
  if (list === '*') return true;
  const each = list.split(',').map((tag) => tag.trim());
  return each.some((tag) => (weak ? tag.replace(/^W\//, '') : tag) === etag);
}

/** First and one after the last byte of the one range that is wanted; of several, all that there is. */
function rangeOf(
  headers: Headers,
  { etag, body }: Page,
  modified: string,
): readonly [number, number] | 'none' | 'bad' {
  const { range = '', 'if-range': only } = headers;
  if (!/^bytes=/i.test(range) || (only !== undefined && ![etag, modified].includes(only)))
    return 'none';
  const wanted = range.slice(6);
  if (wanted.includes(',')) return 'none';
  const [whole, from = '', to = ''] = /^ *(?:(\d+) *)?- *(?:(\d+) *)?$/.exec(wanted) ?? [];
  if (whole === undefined || (from === '' && to === '')) return 'bad';
  const size = body.length;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size : Math.min(size, Number(to) + 1);
  return first < end ? [first, end] : 'bad';
}
