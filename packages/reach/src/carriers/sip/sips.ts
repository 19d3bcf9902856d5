/**
 * Short POSTs, each on a connection of its own, spread over all endpoints: for lines on which connections
 * freeze after some packets, or are counted. What is lost is sent again from here, so nothing above asks twice.
 */
import { joinEnvelopes, splitEnvelopes } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import { type DownSip, decodeDownSip, EXCHANGE } from '@polynya/protocol/sip';
import type { Openings } from '../../client/openings.ts';
import { type Clock, type Random, within } from '../../clock.ts';
import type { Carrier, CarrierEnd, Manner } from '../carrier.ts';
import { Gathering } from '../gathering.ts';
import type { Post } from '../post/post.ts';
import { Exchange, lengthOf, type Part, type Sip } from './exchange.ts';
import { PieceSize } from './piece-size.ts';
import { SignsOfLife } from './signs-of-life.ts';
import { Slots } from './slots.ts';

/** How long what is to be sent waits for company, in ms: a connection is dear. */
const GATHER = 150;
/** How long a sip may take: on the slowest lines a TLS handshake alone takes 10 s. And one that lingers, in ms. */
const PATIENCE = { usual: 25_000, lingers: 75_000 };
/** After so long without an answer another endpoint is tried as well, in ms. */
const HEDGE = 4_000;
/**
 * Connections that others leave for what is said meanwhile (count), of three for each endpoint in a minute: large bodies
 * and answers, what is looked up, and what lingers, so that catching up does not silence whoever caught up.
 */
const SPARE = { large: 2, asked: 2, lingers: 1, said: 0 };
/** What goes first, of bodies and answers of the same length. */
const RANK = { said: 1, asked: 1.5, lingers: 2.5 };
/** The longest time without a look at what may be sent, in ms. */
const LONGEST = 60_000;
/** Endpoints that a sip is under way to at a time (count). */
const BESIDE = 2;

export interface SipOptions {
  readonly endpoints: readonly string[];
  readonly openings: Openings;
  readonly clock: Clock;
  readonly random: Random;
  /** The server ends the connection after each. */
  readonly post: Post;
}

export class SipCarrier implements Carrier {
  readonly kind = 'sip';
  readonly polls = true;
  readonly sure = true;
  onEnvelope: (envelope: Uint8Array) => void = () => undefined;
  onClose: (reason: CarrierEnd) => void = () => undefined;
  readonly #options: SipOptions;
  readonly #slots: Slots;
  readonly #size = new PieceSize();
  /** By which more is tried than came through before, as long as it stands in its exchange. */
  #trial: Sip | null = null;
  /** About how long the slowest of late took to be answered, in ms. */
  #took = 0;
  readonly #abort = new AbortController();
  #exchanges: Exchange[] = [];
  readonly #gathering: Gathering;
  /** Of what gathers: of one that is said, if there is one. */
  #gathered: Manner = 'said';
  readonly #signs: SignsOfLife;
  #cancel: () => void = () => undefined;

  constructor(options: SipOptions) {
    this.#options = options;
    const { endpoints, openings, clock } = options;
    this.#slots = new Slots(endpoints, openings, clock);
    this.#signs = new SignsOfLife(endpoints, this.#slots);
    const send = (envelopes: readonly Uint8Array[]) => this.#begin(envelopes, this.#gathered);
    this.#gathering = new Gathering({ clock, wait: GATHER, most: Number.POSITIVE_INFINITY, send });
  }

  send(envelope: Uint8Array, manner: Manner = 'said'): void {
    if (this.#abort.signal.aborted) return;
    if (manner === 'lingers') {
      this.#begin([envelope], manner);
      return;
    }
    if (this.#gathering.bytes === 0 || manner === 'said') this.#gathered = manner;
    this.#gathering.add(envelope);
  }

  backlog(): number {
    return this.#exchanges.reduce((sum, { left }) => sum + left, this.#gathering.bytes);
  }

  close(): void {
    this.#abort.abort();
    this.#cancel();
    this.#exchanges = [];
    this.#gathering.clear();
  }

  #begin(envelopes: readonly Uint8Array[], manner: Manner): void {
    if (this.#abort.signal.aborted) return;
    const body = joinEnvelopes(envelopes);
    this.#exchanges.push(new Exchange(this.#options.random(EXCHANGE), body, manner));
    this.#pump();
  }

  /** Sends what may be sent now, and comes back when more may. */
  #pump(): void {
    this.#cancel();
    const { clock } = this.#options;
    const now = clock.now();
    const waiting = [...this.#exchanges].sort((a, b) => this.#rank(a) - this.#rank(b));
    for (const exchange of waiting) {
      const spare = this.#spare(exchange);
      for (const sip of exchange.sips.filter(({ againAt }) => againAt <= now)) {
        if (this.#isTooLong(sip)) this.#cutAnew(sip);
        else if (this.#mayRepeat(sip)) {
          const endpoint = this.#slots.take(sip.at, spare);
          if (endpoint !== null) void this.#sip(sip, endpoint);
        }
      }
      for (let left = exchange.open; left > 0; left = exchange.open) {
        // Connections are dear: much waits for what is being tried.
        if (this.#isTrying() && this.#size.isMuch(left)) break;
        // ... and for a sign that the line lives.
        if (this.#signs.isDoubtful && this.#isLarge(exchange) && this.#probes >= BESIDE) break;
        if (!this.#sendNext(exchange, left, spare)) break;
      }
    }
    if (waiting.length === 0) return;
    const due = waiting
      .flatMap(({ sips }) => sips.map(({ againAt }) => againAt))
      .filter((at) => at > now);
    const at = Math.min(...due, this.#slots.changesAt());
    this.#cancel = clock.setTimeout(() => this.#pump(), Math.min(at - now, LONGEST));
  }

  /** False: no endpoint may be connected to. */
  #sendNext(exchange: Exchange, left: number, spare: number): boolean {
    const more = this.#isTrying() ? null : this.#size.more(left, this.#options.clock.now());
    const sure = more === null ? null : this.#slots.take(this.#slots.doubtful(), spare);
    const endpoint = sure ?? this.#slots.take(new Set(), spare);
    if (endpoint === null) return false;
    const sip = exchange.next(sure !== null && more !== null ? more : this.#size.usual);
    if (!sip) return false;
    if (lengthOf(sip.part) > this.#size.usual) this.#trial = sip;
    void this.#sip(sip, endpoint);
    return true;
  }

  #isTrying(): boolean {
    return this.#trial?.exchange.sips.includes(this.#trial) ?? false;
  }

  #isLarge({ left }: Exchange): boolean {
    return left > 2 * this.#size.usual;
  }

  /** Sips under way that are sure to pass where anything does, and to be answered at once. */
  get #probes(): number {
    const short = ({ part, exchange }: Sip) => !isLong(part) && exchange.manner !== 'lingers';
    return this.#exchanges.flatMap(({ sips }) => sips.filter(short)).length;
  }

  /** Of few endpoints less is left, or nothing that may wait would ever come. */
  #spare(exchange: Exchange): number {
    // Before it is known whether anything comes through nothing is worth being left.
    if (this.#signs.isDoubtful && exchange.manner === 'said') return 0;
    const most = SPARE[this.#isLarge(exchange) ? 'large' : exchange.manner];
    return Math.min(most, Math.floor(this.#options.endpoints.length / 3));
  }

  /** What is nearly done goes first, and what lingers after what is said. */
  #rank({ left, manner }: Exchange): number {
    return RANK[manner] * Math.ceil(left / this.#size.usual);
  }

  /** Whether it has stood still where shorter ones pass. Where nothing came through last only those show anything. */
  #isTooLong({ part, at }: Sip): boolean {
    const works = (endpoint: string) => this.#slots.works(endpoint);
    return isLong(part) && ([...at].some(works) || !this.#options.endpoints.some(works));
  }

  /** That it stands still is its host's fault where another as long came through meanwhile, and else its length's. */
  #cutAnew(sip: Sip): void {
    const { part, leftAfter, at, exchange } = sip;
    const length = lengthOf(part);
    exchange.release(sip);
    if (this.#size.passes(length, leftAfter)) {
      for (const endpoint of at) this.#slots.failed(endpoint);
      return;
    }
    const isAlone = this.#signs.stoodStill(leftAfter);
    // Of many that froze together the first has said it all.
    if (sip === this.#trial || length <= this.#size.usual) {
      this.#size.froze(length, this.#options.clock.now(), isAlone);
    }
  }

  #mayRepeat({ exchange, at }: Sip): boolean {
    return at.size < (exchange.manner === 'lingers' ? 1 : BESIDE);
  }

  async #sip(sip: Sip, endpoint: string): Promise<void> {
    const { clock, post } = this.#options;
    const { exchange } = sip;
    sip.at.add(endpoint);
    const began = clock.now();
    const leftAfter = this.#signs.answers;
    sip.leftAfter = leftAfter;
    // Where all takes long, a long piece has to be given its time: it does not go twice.
    sip.againAt = began + (isLong(sip.part) ? Math.max(HEDGE, 2 * this.#took) : HEDGE);
    const patience = exchange.manner === 'lingers' ? PATIENCE.lingers : PATIENCE.usual;
    try {
      const body = await within(clock, patience, this.#abort.signal, (signal) =>
        post(endpoint, exchange.post(sip), signal),
      );
      const down = body && decodeDownSip(body);
      if (down && exchange.manner !== 'lingers') {
        this.#took = Math.max(clock.now() - began, 0.8 * this.#took);
      }
      if (down) this.#taken(sip, endpoint, down);
      else this.#lost(sip, endpoint, leftAfter, 'refused');
    } catch {
      // Cut off, frozen, or an answer that is not of this carrier.
      this.#lost(sip, endpoint, leftAfter, 'lost');
    } finally {
      sip.at.delete(endpoint);
      if (!this.#abort.signal.aborted) this.#pump();
    }
  }

  #taken(sip: Sip, endpoint: string, down: DownSip): void {
    if (this.#abort.signal.aborted) return;
    this.#slots.worked(endpoint);
    this.#signs.heard();
    if (down.state === 'gone') {
      this.#end('lost');
      return;
    }
    const { exchange } = sip;
    this.#size.came(lengthOf(sip.part), this.#signs.answers);
    // Another endpoint was faster.
    if (!this.#exchanges.includes(exchange)) return;
    const allowed = exchange.allows(sip, down);
    if (!allowed) this.#end('lost');
    const answer = allowed && exchange.take(sip, down);
    if (!answer) return;
    this.#exchanges = this.#exchanges.filter((one) => one !== exchange);
    for (const envelope of splitEnvelopes(answer)) {
      if (!this.#abort.signal.aborted) this.onEnvelope(envelope);
    }
  }

  #lost(sip: Sip, endpoint: string, leftAfter: number, end: CarrierEnd): void {
    if (this.#abort.signal.aborted) return;
    const waited = sip.exchange.sips.includes(sip);
    const long = end === 'lost' && isLong(sip.part);
    if (long && this.#slots.works(endpoint)) {
      if (waited) this.#cutAnew(sip);
    } else this.#slots.failed(endpoint);
    if (waited) sip.againAt = 0;
    const isDead = this.#signs.lost(endpoint, leftAfter, !long && waited);
    if (isDead && waited) this.#end(end);
  }

  #end(reason: CarrierEnd): void {
    this.close();
    this.onClose(reason);
  }
}

function isLong(part: Part): boolean {
  return lengthOf(part) > LIMITS.surelySip;
}
