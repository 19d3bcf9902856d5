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

/** Reads one request as it comes. Lines that it has seen the end of are not looked at again. */
export class HeadReader {
  #at = 0;
  readonly #room = new Room();
  #asked: ReturnType<typeof requestLine> | undefined;
  readonly #headers: Record<string, string | undefined> = {};

  /** @param bytes all that has come of it, what was given before included */
  read(bytes: Buffer): HeadResult {
    try {
      return this.#read(bytes);
    } catch (error) {
      if (error instanceof Refused) return { state: 'refused', status: error.status };
      throw error;
    }
  }

  #read(bytes: Buffer): HeadResult {
    if (!this.#asked) {
      const start = bytes.length - withoutEmptyLines(bytes).length;
      const first = lineAt(bytes, start);
      if (first.end === 0) return more(first.line, this.#room, 414, isBeginning);
      this.#room.take(first.end, 414);
      this.#asked = requestLine(first.line);
      this.#at = first.end;
    }
    const { host, ...asked } = this.#asked;
    if (asked.version === '0.9') {
      return { state: 'whole', request: { ...asked, headers: {} }, length: this.#at };
    }
    for (;;) {
      const { line, end } = lineAt(bytes, this.#at);
      if (end === 0) return more(line, this.#room, 431, (text) => !BAD_HEADER.test(text));
      if (line === '') {
        const headers = host ? { ...this.#headers, host } : this.#headers;
        const request = { ...asked, headers };
        check(request);
        return { state: 'whole', request, length: end };
      }
      this.#room.take(end - this.#at, 431);
      header(line, this.#headers);
      this.#at = end;
    }
  }
}

/** Whether what there is of a line can still become one. */
function more(
  line: string,
  room: Room,
  status: RefusedStatus,
  isGood: (text: string) => boolean,
): HeadResult {
  if (!isGood(line)) throw new Refused(400);
  room.check(line.length, status);
  return { state: 'more' };
}

function isBeginning(line: string): boolean {
  return line === '' || (/^[A-Z_-]/.test(line) && BEGINNING.test(line));
}

/** Those before a request are passed over, and need not be kept: there may be any number. */
export function withoutEmptyLines(bytes: Buffer): Buffer {
  let at = 0;
  while (bytes[at] === 13 || bytes[at] === 10) at++;
  return at === 0 ? bytes : bytes.subarray(at);
}

/** Without its end, LF or CR LF, and where the next begins; 0 while its end has not come. */
function lineAt(bytes: Buffer, start: number): { line: string; end: number } {
  const end = bytes.indexOf(10, start) + 1;
  let last = end === 0 ? bytes.length : end - 1;
  while (last > start && bytes[last - 1] === 13) last--;
  return { line: bytes.toString('latin1', start, last), end };
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
  into[name] = colon < 0 ? '' : withoutBlanks(line, colon + 1);
}

/** What follows `start`, without blanks around it, in a time that does not grow with their square. */
function withoutBlanks(line: string, start: number): string {
  let [first, last] = [start, line.length];
  while (line[first] === ' ') first++;
  while (last > first && line[last - 1] === ' ') last--;
  return line.slice(first, last);
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
  #left = FIRST_BUFFER;
  #more = BUFFERS;

  /** @throws Refused with `status` for a line that is longer than any buffer, and with 431 when all are full */
  check(bytes: number, status: RefusedStatus): void {
    if (bytes <= this.#left) return;
    if (bytes > BUFFER) throw new Refused(status);
    if (this.#more === 0) throw new Refused(431);
  }

  /** The same, for a line that is whole. */
  take(bytes: number, status: RefusedStatus): void {
    this.check(bytes, status);
    if (bytes > this.#left) {
      this.#more--;
      this.#left = BUFFER;
    }
    this.#left -= bytes;
  }
}
