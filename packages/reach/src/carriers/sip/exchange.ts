/** The client's end of one exchange: what of a body is still to go up and of its answer to come down, and the sips on the way. */
import { HANDLE } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import { type DownSip, encodeUpSip } from '@polynya/protocol/sip';
import type { Manner } from '../carrier.ts';

/** Bytes of a body, or of its answer. */
export interface Part {
  readonly from: number;
  /** The first one that does not belong to it. */
  readonly to: number;
}

/** One piece up, or a question for one piece of the answer. */
export interface Sip {
  readonly exchange: Exchange;
  /** Of the body while that goes up, then of the answer. */
  readonly part: Part;
  readonly up: boolean;
  /** The endpoints that it is under way to. */
  readonly at: Set<string>;
  /** How many answers had come, to any, when it left last. */
  leftAfter: number;
  /** When it is worth another try beside those under way, in ms since 1970. */
  againAt: number;
}

/** How long the answer is, is not known before its first byte. */
const FIRST: Part = { from: 0, to: 1 };

export class Exchange {
  readonly manner: Manner;
  /** Under way, or to be sent again as they are. */
  sips: Sip[] = [];
  readonly #id: Uint8Array;
  readonly #body: Uint8Array;
  #missing: Part[];
  #up = true;
  #answer: Uint8Array | null = null;

  /** @param id `EXCHANGE` random bytes */
  constructor(id: Uint8Array, body: Uint8Array, manner: Manner) {
    this.manner = manner;
    this.#id = id;
    this.#body = body;
    this.#missing = [{ from: 0, to: body.length }];
  }

  /** Bytes that have not come through, as far as is known. */
  get left(): number {
    return sumOf(this.#missing);
  }

  /** Bytes that no sip is on the way with. */
  get open(): number {
    return sumOf(this.#open());
  }

  /** Sends the first bytes that no sip is on the way with by one of their own. @param most bytes of a piece */
  next(most: number): Sip | null {
    const [part] = this.#open();
    if (!part) return null;
    const { from } = part;
    const cut = { from, to: Math.min(part.to, from + most) };
    const sip = {
      exchange: this,
      part: cut,
      up: this.#up,
      at: new Set<string>(),
      leftAfter: 0,
      againAt: 0,
    };
    this.sips.push(sip);
    return sip;
  }

  /** What it carries is cut anew; should it still come through, it counts. */
  release(sip: Sip): void {
    this.sips = this.sips.filter((one) => one !== sip);
  }

  /** The body of the POST that this sip is. */
  post({ part, up }: Sip): Uint8Array<ArrayBuffer> {
    const body = this.#body;
    return encodeUpSip({
      handle: body.subarray(4, 4 + HANDLE),
      exchange: this.#id,
      total: body.length,
      offset: up ? part.from : body.length,
      from: up ? 0 : part.from,
      most: up ? LIMITS.surelySip : Math.max(LIMITS.surelySip, lengthOf(part)),
      piece: up ? body.subarray(part.from, part.to) : new Uint8Array(),
    });
  }

  /** Whether the server may say so of a sip: what a bridge makes up by itself contradicts it sooner or later. */
  allows({ part, up }: Sip, down: Exclude<DownSip, { state: 'gone' }>): boolean {
    if (down.state === 'taken') return up;
    const known = this.#answer?.length ?? down.total;
    return down.total === known && down.offset === Math.min(up ? 0 : part.from, known);
  }

  /** Takes what came back for a sip and is allowed; the whole answer once it is there. */
  take(sip: Sip, down: Exclude<DownSip, { state: 'gone' }>): Uint8Array | null {
    this.release(sip);
    if (down.state === 'taken') {
      if (this.#up) this.#came(sip.part);
      if (this.left === 0) {
        this.#up = false;
        this.#missing = [FIRST];
      }
      return null;
    }
    const { total, offset, piece } = down;
    if (!this.#answer) {
      this.#answer = new Uint8Array(total);
      // An answer means that the body is whole there.
      this.#up = false;
      this.#missing = [{ from: 0, to: total }];
      this.sips = [];
    }
    this.#answer.set(piece, offset);
    this.#came({ from: offset, to: offset + piece.length });
    return this.left === 0 ? this.#answer : null;
  }

  #came(part: Part): void {
    this.#missing = without(this.#missing, part);
    this.sips = this.sips.filter((sip) => without([sip.part], part).length > 0);
  }

  #open(): Part[] {
    return this.sips.reduce((open, { part }) => without(open, part), this.#missing);
  }
}

function without(parts: readonly Part[], { from, to }: Part): Part[] {
  return parts
    .flatMap((part) => [
      { from: part.from, to: Math.min(part.to, from) },
      { from: Math.max(part.from, to), to: part.to },
    ])
    .filter((part) => lengthOf(part) > 0);
}

/** In bytes. */
export function lengthOf({ from, to }: Part): number {
  return to - from;
}

function sumOf(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + lengthOf(part), 0);
}
