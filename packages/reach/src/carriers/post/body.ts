/**
 * The bodies of POSTs while they come in. Whoever shows no handle of this server may send what a first
 * flight weighs; and what all bodies hold together is bounded, for strangers, in all, and per handle.
 */
import { HANDLE } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';

/** Bytes of bodies that are being read. */
export interface BodyLimits {
  /** Of one body whose first envelope is under a handle of this server. */
  readonly known: number;
  /** Of one body whose first envelope is not: a first flight, and a request for the access record. */
  readonly strange: number;
  /** Of all bodies that are not, or not yet, seen to be under a handle. */
  readonly strangers: number;
  /** Of all bodies under one handle. */
  readonly handle: number;
  /** Of all bodies under handles. */
  readonly all: number;
}

export const DEFAULT_BODY_LIMITS: BodyLimits = {
  known: LIMITS.post,
  strange: LIMITS.envelope + 1_024,
  strangers: 67_108_864,
  handle: 8 * LIMITS.post,
  all: 268_435_456,
};

/** Before the first envelope's handle stands its length. */
const PREFIX = 4;

/** How much all the bodies hold that are being read. One for each server. */
export class BodyRoom {
  readonly limits: BodyLimits;
  #strangers = 0;
  #all = 0;
  readonly #byHandle = new Map<string, number>();

  constructor(limits: BodyLimits = DEFAULT_BODY_LIMITS) {
    this.limits = limits;
  }

  /** Takes room for so many bytes under `handle`, or for a stranger's; says whether there was any. */
  take(handle: string | null, bytes: number): boolean {
    const { strangers, all } = this.limits;
    if (handle === null) {
      if (this.#strangers + bytes > strangers) return false;
      this.#strangers += bytes;
      return true;
    }
    const held = this.#byHandle.get(handle) ?? 0;
    if (held + bytes > this.limits.handle || this.#all + bytes > all) return false;
    this.#byHandle.set(handle, held + bytes);
    this.#all += bytes;
    return true;
  }

  /** Gives back what was taken under the same handle. */
  give(handle: string | null, bytes: number): void {
    if (handle === null) {
      this.#strangers -= bytes;
      return;
    }
    const left = (this.#byHandle.get(handle) ?? 0) - bytes;
    if (left > 0) this.#byHandle.set(handle, left);
    else this.#byHandle.delete(handle);
    this.#all -= bytes;
  }
}

/**
 * The whole body; 'too-long' if it is longer than one of its kind may be, 'no-room' if too much is being
 * read at the moment. `issued` says whether 16 bytes are a handle of this server. Rejects if it breaks off.
 */
export async function readBody(
  chunks: AsyncIterable<Uint8Array>,
  room: BodyRoom,
  issued: (handle: Uint8Array) => boolean,
): Promise<Uint8Array | 'too-long' | 'no-room'> {
  const { known, strange } = room.limits;
  const parts: Uint8Array[] = [];
  let handle: string | null = null;
  let held = 0;
  try {
    for await (const chunk of chunks) {
      parts.push(chunk);
      let more = chunk.length;
      if (held < PREFIX + HANDLE && held + more >= PREFIX + HANDLE) {
        const shown = Buffer.concat(parts).subarray(PREFIX, PREFIX + HANDLE);
        if (issued(shown)) {
          room.give(null, held);
          more += held;
          held = 0;
          handle = shown.toString('latin1');
        }
      }
      if (!room.take(handle, more)) return 'no-room';
      held += more;
      if (held > (handle === null ? strange : known)) return 'too-long';
    }
    return Buffer.concat(parts);
  } finally {
    room.give(handle, held);
  }
}
