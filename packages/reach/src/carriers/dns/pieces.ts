/**
 * The exchanges of a DNS carrier at the server's end (docs/protocol.md section 2): bodies put together of pieces,
 * answers handed out the same way.
 */
import type { DnsAnswerWanted, DnsPiece } from '@polynya/protocol/dns-query';
import { HANDLE } from '@polynya/protocol/envelope';
import type { DownSip } from '@polynya/protocol/sip';
import type { SteadyClock } from '../../steady-clock.ts';
import { BodyRoom } from '../post/body.ts';

/** How long an exchange is remembered after its last query, in ms: longer than the longest pause between two. */
const KEPT = 60_000;
/** How long a query waits for an answer that is nearly there, in ms: resolvers ask again after 400 at the least. */
const HELD = 250;
/** Before the first envelope's handle stands its length. */
const PREFIX = 4;
/** Exchanges of whoever shows no handle (count); one more, and the one unheard for longest goes. */
const STRANGERS = 1_024;
/** Bytes of one body, under a handle and without: a first flight, or a request for the access record. */
const BODY = { known: 262_144, strange: 4_096 };
/** A client's pieces are longer, under the longest zone too, but for a body's last one (bytes). */
const LEAST_PIECE = 16;
/** Bytes of all that is held: of one handle's bodies and answers, of all handles', of answers to strangers. */
const ROOM = { ...BODY, handle: 2_097_152, all: 67_108_864, strangers: 8_388_608 };

/** Where bodies lead. */
export interface PiecesEnd {
  /** Carries a body out: its answer, however late, or null if nothing in it is for the server. Never rejects. */
  readonly carryOut: (body: Uint8Array<ArrayBuffer>) => Promise<Uint8Array | null>;
  /** Whether 16 bytes are a handle of the server; a bridge, which cannot tell, says yes. */
  readonly issued: (handle: Uint8Array) => boolean;
}

export interface PiecesOptions extends PiecesEnd {
  readonly clock: SteadyClock;
}

interface Exchange {
  readonly total: number;
  readonly pieces: Map<number, Uint8Array>;
  /** In whose name its bytes are held; null as long as it is a stranger's. */
  owner: string | null;
  held: number;
  touched: number;
  /** Null until the body is whole. */
  answer: Promise<Uint8Array | null> | null;
}

const GONE = { state: 'gone' } as const;
const TAKEN = { state: 'taken' } as const;

export class Pieces {
  readonly #options: PiecesOptions;
  readonly #room = new BodyRoom(ROOM);
  /** The one touched last at the end. */
  readonly #known = new Map<string, Exchange>();
  #strangers = 0;

  constructor(options: PiecesOptions) {
    this.#options = options;
  }

  /**
   * Takes one query. 'gone': it is of an exchange that is not known, or for which there is no room.
   * @param size how much of an answer there is room for, in bytes
   */
  async take(query: DnsPiece | DnsAnswerWanted, size: number): Promise<DownSip> {
    this.#sweep();
    const id = nameOf(query.exchange);
    const exchange = this.#known.get(id) ?? (query.ask === 'piece' ? this.#begin(id, query) : null);
    if (!exchange) return GONE;
    exchange.touched = this.#options.clock.steady();
    this.#known.delete(id);
    this.#known.set(id, exchange);
    if (query.ask === 'piece' && !exchange.answer) {
      if (!this.#add(exchange, query)) return this.#forget(id, exchange);
      const body = whole(exchange);
      if (body) exchange.answer = this.#carryOut(id, exchange, body);
    }
    // Who asks for an answer has sent all: what is missing was forgotten here, perhaps by a new start.
    if (!exchange.answer) return query.ask === 'piece' ? TAKEN : GONE;
    const answer = await this.#soon(exchange.answer);
    if (answer === 'late') return TAKEN;
    if (!answer) return this.#forget(id, exchange);
    const offset = Math.min(query.ask === 'answer' ? query.from : 0, answer.length);
    const piece = answer.subarray(offset, offset + size);
    return { state: 'answer', total: answer.length, offset, piece };
  }

  /** A long body begins with its first piece, which shows whose it is. */
  #begin(id: string, { total, offset }: DnsPiece): Exchange | null {
    if (total > BODY.known || (total > BODY.strange && offset > 0)) return null;
    if (this.#strangers >= STRANGERS) {
      for (const [other, each] of this.#known) {
        if (each.owner !== null) continue;
        this.#forget(other, each);
        break;
      }
    }
    const exchange = { total, pieces: new Map(), owner: null, held: 0, touched: 0, answer: null };
    this.#strangers++;
    this.#known.set(id, exchange);
    return exchange;
  }

  /** False if there is no room for it. */
  #add(exchange: Exchange, { offset, piece, total }: DnsPiece): boolean {
    if (total !== exchange.total || exchange.pieces.has(offset)) return true;
    const handle = piece.subarray(PREFIX, PREFIX + HANDLE);
    if (offset === 0 && handle.length === HANDLE && this.#options.issued(handle)) {
      exchange.owner = nameOf(handle);
      this.#strangers--;
      // All of it at once: what came before is counted with it.
      if (!this.#hold(exchange, total)) return false;
    }
    if (exchange.owner === null && total > BODY.strange) return false;
    if (exchange.pieces.size > total / LEAST_PIECE) return false;
    exchange.pieces.set(offset, piece);
    return true;
  }

  async #carryOut(
    id: string,
    exchange: Exchange,
    body: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array | null> {
    exchange.pieces.clear();
    const answer = await this.#options.carryOut(body);
    // What was forgotten meanwhile holds nothing any more.
    if (!answer || this.#known.get(id) !== exchange) return null;
    return this.#hold(exchange, answer.length) ? answer : null;
  }

  #hold(exchange: Exchange, bytes: number): boolean {
    const taken = this.#room.take(exchange.owner, bytes);
    if (taken) exchange.held += bytes;
    return taken;
  }

  #forget(id: string, exchange: Exchange): typeof GONE {
    if (!this.#known.delete(id)) return GONE;
    this.#room.give(exchange.owner, exchange.held);
    exchange.held = 0;
    if (exchange.owner === null) this.#strangers--;
    return GONE;
  }

  #sweep(): void {
    const before = this.#options.clock.steady() - KEPT;
    for (const [id, exchange] of this.#known) {
      if (exchange.touched > before) return;
      this.#forget(id, exchange);
    }
  }

  #soon(answer: Promise<Uint8Array | null>): Promise<Uint8Array | null | 'late'> {
    const { promise, resolve } = Promise.withResolvers<'late'>();
    const cancel = this.#options.clock.setTimeout(() => resolve('late'), HELD);
    return Promise.race([answer.finally(cancel), promise]);
  }
}

/** Null while pieces are missing. */
function whole({ pieces, total }: Exchange): Uint8Array<ArrayBuffer> | null {
  const body = new Uint8Array(total);
  for (let at = 0; at < total; ) {
    const piece = pieces.get(at);
    if (!piece) return null;
    body.set(piece, at);
    at += piece.length;
  }
  return body;
}

function nameOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
