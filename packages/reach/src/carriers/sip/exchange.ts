/** The client's end of one exchange: which sips it still takes to bring a body up and its answer down. */
import { HANDLE } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import { type DownSip, encodeUpSip } from '@polynya/protocol/sip';
import type { Manner } from '../carrier.ts';

/** One piece up, or a question for one piece of the answer. */
export interface Sip {
  readonly exchange: Exchange;
  readonly offset: number;
  readonly from: number;
  /** The endpoints that it is under way to. */
  readonly at: Set<string>;
  /** When it is worth another try beside those under way, in ms since 1970. */
  againAt: number;
}

export class Exchange {
  readonly manner: Manner;
  /** What is still to be taken or answered. */
  sips: Sip[] = [];
  readonly #id: Uint8Array;
  readonly #body: Uint8Array;
  #answer: Uint8Array | null = null;
  readonly #come = new Set<number>();

  /** @param id `EXCHANGE` random bytes */
  constructor(id: Uint8Array, body: Uint8Array, manner: Manner) {
    this.manner = manner;
    this.#id = id;
    this.#body = body;
    for (let at = 0; at < body.length; at += LIMITS.sip) this.#want(at, 0);
  }

  /** The body of the POST that this sip is. */
  post({ offset, from }: Sip): Uint8Array<ArrayBuffer> {
    const body = this.#body;
    return encodeUpSip({
      handle: body.subarray(4, 4 + HANDLE),
      exchange: this.#id,
      ...{ total: body.length, offset, from },
      piece: body.subarray(offset, offset + LIMITS.sip),
    });
  }

  /** Takes what came back for a sip; the whole answer once it is there. */
  take(sip: Sip, down: Exclude<DownSip, { state: 'gone' }>): Uint8Array | null {
    this.sips = this.sips.filter((one) => one !== sip);
    const end = this.#body.length;
    if (down.state === 'taken') {
      if (this.sips.length === 0 && !this.#answer) this.#want(end, 0);
      return null;
    }
    if (!this.#answer) {
      this.#answer = new Uint8Array(down.total);
      // An answer means that the body is whole there.
      this.sips = [];
      for (let at = 0; at < down.total; at += LIMITS.sip) {
        if (at !== down.offset) this.#want(end, at);
      }
    }
    if (down.total !== this.#answer.length) return null;
    this.#answer.set(down.piece, down.offset);
    this.#come.add(down.offset);
    const pieces = Math.max(1, Math.ceil(down.total / LIMITS.sip));
    return this.#come.size === pieces ? this.#answer : null;
  }

  #want(offset: number, from: number): void {
    this.sips.push({ exchange: this, offset, from, at: new Set(), againAt: 0 });
  }
}
