/**
 * The server's end of sips (docs/protocol.md section 2): bodies put together of POSTs of a connection each,
 * and answers handed out the same way. An exchange outlives the connections that it is made of.
 */
import { HANDLE } from '@polynya/protocol/envelope';
import type { DownSip, UpSip } from '@polynya/protocol/sip';
import type { ServerSessions } from '../../server/server-sessions.ts';
import type { SteadyClock } from '../../steady-clock.ts';
import { type Batch, beginBatch } from '../post/batch.ts';
import type { BodyRoom } from '../post/body.ts';

/** How long an exchange is remembered after its last sip, in ms: longer than any that lingers. */
const KEPT = 180_000;

/** Pieces of one body (count), beyond one for each so many bytes: what they are kept in costs, too. */
const PIECES = 16;
const LEAST_PIECE = 512;

interface Exchange {
  /** In whose name its bytes are held; null for a stranger's. */
  readonly owner: string | null;
  readonly total: number;
  readonly pieces: Map<number, Uint8Array>;
  held: number;
  touched: number;
  answer: Promise<Uint8Array> | null;
}

/** All exchanges of one server. */
export class Exchanges {
  readonly #room: BodyRoom;
  readonly #clock: SteadyClock;
  /** The one touched last at the end. */
  readonly #known = new Map<string, Exchange>();

  /** @param room where the bytes of bodies and answers are counted */
  constructor(room: BodyRoom, clock: SteadyClock) {
    this.#room = room;
    this.#clock = clock;
  }

  /**
   * Takes one sip. 'unknown': nothing in it is for this server, which a stranger must be able to say at
   * once, so a stranger's body is one sip. 'no-room': too much is held at the moment.
   */
  take(sip: UpSip, sessions: ServerSessions): Promise<DownSip> | 'unknown' | 'no-room' {
    this.#sweep();
    const known = sessions.issued(sip.handle);
    const id = latin(sip.exchange);
    const exchange = this.#known.get(id) ?? this.#begin(id, sip, known);
    if (exchange === 'no-room') return exchange;
    if (!exchange) return known ? Promise.resolve({ state: 'gone' }) : 'unknown';
    exchange.touched = this.#clock.steady();
    this.#known.delete(id);
    this.#known.set(id, exchange);
    if (!exchange.answer) {
      // Who asks has sent all: what is missing was forgotten here, perhaps by a new start.
      if (sip.piece.length === 0) return Promise.resolve({ state: 'gone' });
      const added = this.#add(exchange, sip);
      if (added === 'no-room') return added;
      const body = added && wholeBody(exchange);
      if (!body) return Promise.resolve({ state: added === null ? 'gone' : 'taken' });
      const batch = beginBatch(body, sessions);
      if (!batch) {
        this.#forget(id, exchange);
        return 'unknown';
      }
      exchange.answer = this.#answer(id, exchange, batch);
    }
    return exchange.answer.then((answer) => pieceOf(answer, sip));
  }

  /** A new one, if this sip may begin one; null if it only asks for what is not known. */
  #begin(id: string, sip: UpSip, known: boolean): Exchange | 'no-room' | null {
    const whole = sip.offset === 0 && sip.piece.length === sip.total;
    if (sip.piece.length === 0 || (!known && !whole)) return null;
    const exchange: Exchange = {
      owner: known ? latin(sip.handle) : null,
      ...{ total: sip.total, pieces: new Map(), held: 0, touched: 0, answer: null },
    };
    if (sip.total > this.#room.limits.known) return null;
    this.#known.set(id, exchange);
    return exchange;
  }

  /** False: nothing of it is new. Null: no client cuts a body into so many pieces. */
  #add(exchange: Exchange, { offset, piece, total }: UpSip): boolean | 'no-room' | null {
    const known = exchange.pieces.get(offset)?.length ?? 0;
    // Cut anew after one was lost, pieces may overlap.
    if (total !== exchange.total || piece.length <= known) return false;
    if (exchange.pieces.size > PIECES + total / LEAST_PIECE) return null;
    if (!this.#hold(exchange, piece.length - known)) return 'no-room';
    exchange.pieces.set(offset, piece);
    return true;
  }

  /**
   * Kept for whoever asks again because a connection froze over it. Where there is no room it goes to whoever waits for it
   * now, and who asks for more of it is told that it is gone.
   */
  async #answer(id: string, exchange: Exchange, batch: Batch): Promise<Uint8Array> {
    await batch.answered;
    const body = batch.end();
    if (!this.#hold(exchange, body.length)) this.#forget(id, exchange);
    return body;
  }

  #hold(exchange: Exchange, bytes: number): boolean {
    const taken = this.#room.take(exchange.owner, bytes);
    if (taken) exchange.held += bytes;
    return taken;
  }

  /** Once, however often it is said. */
  #forget(id: string, exchange: Exchange): void {
    if (this.#known.get(id) !== exchange) return;
    this.#known.delete(id);
    this.#room.give(exchange.owner, exchange.held);
  }

  #sweep(): void {
    const before = this.#clock.steady() - KEPT;
    for (const [id, exchange] of this.#known) {
      if (exchange.touched > before) return;
      this.#forget(id, exchange);
    }
  }
}

/** Null while pieces are missing. */
function wholeBody({ pieces, total, held }: Exchange): Uint8Array | null {
  if (held < total) return null;
  const sorted = [...pieces].sort(([a], [b]) => a - b);
  let end = 0;
  for (const [offset, piece] of sorted) {
    if (offset > end) return null;
    end = Math.max(end, offset + piece.length);
  }
  if (end < total) return null;
  const body = new Uint8Array(total);
  for (const [offset, piece] of sorted) body.set(piece, offset);
  return body;
}

function pieceOf(answer: Uint8Array, { from, most }: UpSip): DownSip {
  const offset = Math.min(from, answer.length);
  const piece = answer.subarray(offset, offset + most);
  return { state: 'answer', total: answer.length, offset, piece };
}

function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, HANDLE).toString('latin1');
}
