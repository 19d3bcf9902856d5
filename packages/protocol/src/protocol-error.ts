/** Every refusal that crosses the wire, as two closed unions: asking again can help, or it cannot. */

/** The same request may succeed later. */
export const RETRIABLE = {
  /** This number names no log in this session: send `open` first. */
  unopened: 1,
  /** Too many requests; wait for `retryAfter` milliseconds. */
  rate: 2,
  /** The server is overloaded or stopping; wait for `retryAfter` milliseconds. */
  busy: 3,
  /** The server's disk is full. Nothing was written. */
  full: 4,
} as const;

/** The same request will always be refused. */
export const PERMANENT = {
  /** Not of the form that docs/protocol.md gives. */
  malformed: 32,
  /** No such log, blob or invite, or the secret does not open it: the server does not say which. */
  'not-found': 33,
  /** The secret opens this log, but not for this. */
  forbidden: 34,
  /** Made in an epoch that the log no longer takes, or a Commit that lost the race: read, rebase, try again. */
  stale: 35,
  /** An id is taken by something else. */
  exists: 36,
  /** Past a size or count limit. */
  'too-big': 37,
  /** The allowance is used up. */
  quota: 38,
  /** No version of the protocol is shared. */
  version: 39,
  /** The invite or allowance has expired or is used up. */
  expired: 40,
} as const;

export const ERROR_CODES = { ...RETRIABLE, ...PERMANENT };
export type RetriableCode = keyof typeof RETRIABLE;
export type PermanentCode = keyof typeof PERMANENT;
export type ErrorCode = RetriableCode | PermanentCode;

/** The one error of this package and of the wire. Its message never holds a secret. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code: ErrorCode;
  /** Milliseconds to wait before asking again; 0 where that means nothing. */
  readonly retryAfter: number;

  constructor(code: ErrorCode, message: string = code, retryAfter = 0) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }

  get retriable(): boolean {
    return this.code in RETRIABLE;
  }
}

/** The name of a numeric code. One that is not known is taken as its range says: `busy` below 32, else `malformed`. */
export function errorName(code: number): ErrorCode {
  for (const [name, value] of Object.entries(ERROR_CODES)) {
    if (value === code) return name as ErrorCode;
  }
  return code < 32 ? 'busy' : 'malformed';
}
