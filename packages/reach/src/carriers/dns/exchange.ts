/** The client's end of one exchange over DNS: which queries it still takes to bring a body up and its answer down. */
import type { DnsQuery } from '@polynya/protocol/dns-query';
import type { DownSip } from '@polynya/protocol/sip';

/** A body of more than this begins with its first piece alone, by which the server sees whose it is. */
const STRANGERS = 4_096;
/** Before an answer is asked for again, in ms: at first, and at most, when the server holds a request back and when not. */
const PAUSE = { first: 300, usual: 2_000, lingers: 8_000 };
const GROWTH = 1.6;

/** One query that is to be asked until it is answered. */
export interface Wanted {
  readonly exchange: DnsExchange;
  readonly offset: number | null;
  /** Of the answer; only where `offset` is null. */
  readonly from: number;
  underWay: boolean;
  tries: number;
  /** When it is to be asked, in ms since 1970. */
  at: number;
}

export class DnsExchange {
  /** A request that the server holds back is among what it asks. */
  readonly lingers: boolean;
  /** What is still to be asked. */
  wanted: Wanted[] = [];
  readonly #id: Uint8Array;
  readonly #body: Uint8Array;
  readonly #size: number;
  readonly #waiting: number[];
  #answer: Uint8Array | null = null;
  /** Where what came of the answer begins and ends. */
  readonly #come = new Map<number, number>();
  #pause = PAUSE.first;

  /**
   * @param id `DNS_EXCHANGE` random bytes
   * @param size of a piece on its way up, in bytes
   */
  constructor(id: Uint8Array, body: Uint8Array, lingers: boolean, size: number) {
    this.lingers = lingers;
    this.#id = id;
    this.#body = body;
    this.#size = size;
    const count = Math.ceil(body.length / this.#size);
    const offsets = Array.from({ length: count }, (_, index) => index * this.#size);
    this.#waiting = body.length > STRANGERS ? offsets.splice(1) : [];
    for (const offset of offsets) this.#want(offset, 0, 0);
  }

  /** Bytes that have yet to go up. */
  get left(): number {
    const up = this.wanted.filter(({ offset }) => offset !== null).length + this.#waiting.length;
    return up * this.#size;
  }

  query({ offset, from }: Wanted, most: number): DnsQuery {
    const common = { most, exchange: this.#id };
    if (offset === null) return { ask: 'answer', ...common, from };
    const piece = this.#body.subarray(offset, offset + this.#size);
    return { ask: 'piece', ...common, total: this.#body.length, offset, piece };
  }

  /**
   * Takes what came back for a query; the whole answer once it is there.
   * @param size how many bytes of the answer the next one is thought to bring
   */
  take(
    one: Wanted,
    down: Exclude<DownSip, { state: 'gone' }>,
    now: number,
    size: number,
  ): Uint8Array | null {
    this.wanted = this.wanted.filter((each) => each !== one);
    if (down.state === 'answer') return this.#takeAnswer(down, size);
    for (const offset of this.#waiting.splice(0)) this.#want(offset, 0, 0);
    if (this.wanted.length > 0 || this.#answer) return null;
    this.#want(null, 0, now + this.#pause);
    const most = this.lingers ? PAUSE.lingers : PAUSE.usual;
    this.#pause = Math.min(most, this.#pause * GROWTH);
    return null;
  }

  #takeAnswer(
    { total, offset, piece }: Extract<DownSip, { state: 'answer' }>,
    size: number,
  ): Uint8Array | null {
    if (!this.#answer) {
      this.#answer = new Uint8Array(total);
      // An answer means that the body is whole there.
      this.wanted = [];
    }
    if (total !== this.#answer.length) return null;
    this.#answer.set(piece, offset);
    this.#come.set(offset, Math.max(this.#come.get(offset) ?? 0, offset + piece.length));
    const missing = this.#missing(size);
    const asked = new Set(this.wanted.map(({ from }) => from));
    for (const from of missing) if (!asked.has(from)) this.#want(null, from, 0);
    return missing.length === 0 ? this.#answer : null;
  }

  /** Where what is missing begins, every `size` bytes. */
  #missing(size: number): number[] {
    const total = this.#answer?.length ?? 0;
    const starts: number[] = [];
    let at = 0;
    for (const [begin, end] of [...this.#come, [total, total] as const].sort(
      (a, b) => a[0] - b[0],
    )) {
      for (; at < begin; at += size) starts.push(at);
      at = Math.max(Math.min(at, begin), end);
    }
    return starts;
  }

  #want(offset: number | null, from: number, at: number): void {
    this.wanted.push({ exchange: this, offset, from, underWay: false, tries: 0, at });
  }
}
