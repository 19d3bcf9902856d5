/**
 * Reading the head of a request (RFC 9112 sections 2 and 3) as nginx reads it: what it takes, what it refuses, with
 * which status and how soon. A prober who sends what no browser sends must not meet another parser.
 */

/** What a site is asked. */
export interface SiteRequest {
  readonly method: string;
  /** Path and query as sent, beginning with `/`; the host of an absolute form is in `headers`. */
  readonly target: string;
  /** HTTP/0.9, which has neither status nor headers; 1.0; 1.1 and what calls itself later. */
  readonly version: '0.9' | '1.0' | '1.1';
  /** Names in lower case; of a name that comes twice, the last. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export type RefusedStatus = 400 | 405 | 414 | 431 | 501 | 505;

export type HeadResult =
  | { readonly state: 'more' }
  /** 431 stands for a head that is too large, which nginx calls 400 on a page of its own. */
  | { readonly state: 'refused'; readonly status: RefusedStatus }
  /** @property length of the head in bytes */
  | { readonly state: 'whole'; readonly request: SiteRequest; readonly length: number };

/** Of nginx's buffers: the first, the others, and how many others. */
const FIRST_BUFFER = 1_024;
const BUFFER = 8_192;
const BUFFERS = 4;

const REQUEST_LINE = /^([A-Z_-]+) +([^ ]+)(?: +HTTP\/(\d{1,3})\.(\d{1,2}) *)?$/;
const ORIGIN_FORM = /^\/[^\0- \x7f]*$/;
const ABSOLUTE_FORM = /^[a-z][a-z\d+.-]*:\/\/([^/?\0- \x7f]+)((?:[/?][^\0- \x7f]*)?)$/i;
/** What can still become a request line when more comes. */
const BEGINNING =
  /^[A-Z_-]*$|^[A-Z_-]+ +(?:$|(?:\/|[a-z])[^\0- \x7f]*(?:$| +(?:$|HTTP\/?[\d.]*[ \r]*$|H?T?T?P?$|\r$)|\r$))/i;
/** Begins with what no name has, or has a blank in its name, or a NUL. */
const BAD_HEADER = /^[\0- :\x7f]|^[^:\0- \x7f]*[\0- \x7f]|\0/;
const SENT_ONCE = ['host', 'content-length', 'transfer-encoding'];

class Refused extends Error {
  readonly status: RefusedStatus;

  constructor(status: RefusedStatus) {
    super();
    this.status = status;
  }
}

/** Reads what has come so far of one request. */
export function readHead(bytes: Buffer): HeadResult {
  try {
    return read(bytes.toString('latin1'));
  } catch (error) {
    if (error instanceof Refused) return { state: 'refused', status: error.status };
    throw error;
  }
}

function read(text: string): HeadResult {
  const start = /^[\r\n]*/.exec(text)?.[0].length ?? 0;
  const room = new Room(start);
  const first = lineAt(text, start);
  if (first === null) {
    const line = text.slice(start);
    if (line !== '' && !(/^[A-Z_-]/.test(line) && BEGINNING.test(line))) throw new Refused(400);
    room.take(line.length, 414);
    return { state: 'more' };
  }
  room.take(first.end - start, 414);
  const { host, ...asked } = requestLine(first.line);
  if (asked.version === '0.9') {
    return { state: 'whole', request: { ...asked, headers: {} }, length: first.end };
  }
  const headers: Record<string, string | undefined> = {};
  for (let at = first.end; ; ) {
    const next = lineAt(text, at);
    if (next === null) {
      const line = text.slice(at).replace(/\r$/, '');
      if (BAD_HEADER.test(line)) throw new Refused(400);
      room.take(line.length, 431);
      return { state: 'more' };
    }
    if (next.line === '') {
      const request = { ...asked, headers: host ? { ...headers, host } : headers };
      check(request);
      return { state: 'whole', request, length: next.end };
    }
    room.take(next.end - at, 431);
    header(next.line, headers);
    at = next.end;
  }
}

/** Without its end, LF or CR LF; null while that has not come. */
function lineAt(text: string, start: number): { line: string; end: number } | null {
  const end = text.indexOf('\n', start);
  if (end < 0) return null;
  return { line: text.slice(start, end).replace(/\r+$/, ''), end: end + 1 };
}

function requestLine(line: string): Omit<SiteRequest, 'headers'> & { readonly host?: string } {
  const [, method = '', target = '', major, minor] = REQUEST_LINE.exec(line) ?? [];
  const absolute = ABSOLUTE_FORM.exec(target);
  if (!ORIGIN_FORM.test(target) && !absolute) throw new Refused(400);
  if (major !== undefined && major !== '1') throw new Refused(major.startsWith('0') ? 400 : 505);
  if (major === undefined && method !== 'GET') throw new Refused(400);
  const version = major === undefined ? '0.9' : Number(minor) === 0 ? '1.0' : '1.1';
  if (!absolute) return { method, target, version };
  const [, host = '', rest = ''] = absolute;
  return { method, target: rest.startsWith('/') ? rest : `/${rest}`, version, host };
}

function header(line: string, into: Record<string, string | undefined>): void {
  if (BAD_HEADER.test(line) || line.includes('\r')) throw new Refused(400);
  const colon = line.indexOf(':');
  const name = (colon < 0 ? line : line.slice(0, colon)).toLowerCase();
  // What has other characters is passed over without a word.
  if (!/^[a-z\d-]+$/.test(name)) return;
  if (SENT_ONCE.includes(name) && into[name] !== undefined) throw new Refused(400);
  into[name] = colon < 0 ? '' : line.slice(colon + 1).replace(/^ +| +$/g, '');
}

function check({ method, version, headers }: SiteRequest): void {
  const { host, 'content-length': length, 'transfer-encoding': coding } = headers;
  if (host === undefined ? version === '1.1' : !isHost(host)) throw new Refused(400);
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw new Refused(400);
  if (coding !== undefined) {
    if (version !== '1.1') throw new Refused(400);
    if (coding.toLowerCase() !== 'chunked') throw new Refused(501);
    if (length !== undefined) throw new Refused(400);
  }
  if (method === 'TRACE' || method === 'CONNECT') throw new Refused(405);
}

function isHost(host: string): boolean {
  return host !== '' && !/[\0- /\x7f]|\.\./.test(host);
}

/** How nginx fills its buffers: a line lies in one of them whole. */
class Room {
  #left: number;
  #more = BUFFERS;

  constructor(taken: number) {
    this.#left = FIRST_BUFFER - taken;
  }

  /** @throws Refused with `status` for a line that is longer than any buffer, and with 431 when all are full */
  take(bytes: number, status: RefusedStatus): void {
    if (bytes > this.#left) {
      if (bytes > BUFFER) throw new Refused(status);
      if (this.#more-- === 0) throw new Refused(431);
      this.#left = BUFFER;
    }
    this.#left -= bytes;
  }
}
