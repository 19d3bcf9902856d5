/** Passing over a request's body (RFC 9112 section 6), of a length that was said or in chunks. */
import type { SiteRequest } from './request-head.ts';

/** What lines between the data of chunks look like, whole or not. */
const BEGINNINGS = {
  head: /^[\da-f]{0,8}(?:[ \t]*;[^\r\n]*)?\r?\n?$/i,
  after: /^\r?\n?$/,
  trailer: /^[^\0]*$/,
} as const;
/** Of such a line, in bytes. */
const LONGEST_LINE = 1_024;

/** `rest` is what was not looked at: of the next request when it is `done`, the beginning of a line until then. */
export interface Skipped {
  readonly state: 'more' | 'done' | 'malformed';
  readonly rest: Buffer;
}

const NOTHING = Buffer.alloc(0);

export class BodySkipper {
  readonly #chunked: boolean;
  #left: number;
  #state: keyof typeof BEGINNINGS | 'data' = 'head';

  constructor(headers: SiteRequest['headers']) {
    this.#chunked = headers['transfer-encoding'] !== undefined;
    this.#left = this.#chunked ? 0 : Number(headers['content-length'] ?? 0);
  }

  skip(bytes: Buffer): Skipped {
    if (this.#chunked) return this.#chunks(bytes);
    const skipped = Math.min(this.#left, bytes.length);
    this.#left -= skipped;
    return { state: this.#left === 0 ? 'done' : 'more', rest: bytes.subarray(skipped) };
  }

  #chunks(bytes: Buffer): Skipped {
    let at = 0;
    for (;;) {
      if (this.#state === 'data') {
        const skipped = Math.min(this.#left, bytes.length - at);
        this.#left -= skipped;
        at += skipped;
        if (this.#left > 0) return { state: 'more', rest: NOTHING };
        this.#state = 'after';
      }
      const rest = bytes.subarray(at);
      const length = rest.indexOf('\n') + 1;
      const line = rest.subarray(0, length || rest.length).toString('latin1');
      const wanted = BEGINNINGS[this.#state];
      if (!wanted.test(line) || line.length > LONGEST_LINE) return { state: 'malformed', rest };
      if (length === 0) return { state: 'more', rest };
      at += length;
      if (this.#state === 'after') this.#state = 'head';
      else if (this.#state === 'head') {
        this.#left = Number.parseInt(line, 16);
        if (Number.isNaN(this.#left)) return { state: 'malformed', rest };
        this.#state = this.#left > 0 ? 'data' : 'trailer';
      } else if (line.trim() === '') return { state: 'done', rest: bytes.subarray(at) };
    }
  }
}
