/**
 * The client's end of the DNS carrier (docs/protocol.md section 2): bodies cut into names that are asked for, answers
 * put together of records. What is lost is asked again from here, so nothing above asks twice.
 */
import { DNS_EXCHANGE, dnsPieceSize, dnsRoom } from '@polynya/protocol/dns-query';
import { envelopesIn, joinEnvelopes } from '@polynya/protocol/envelope';
import { decodeDownSip } from '@polynya/protocol/sip';
import type { Clock, Random } from '../../clock.ts';
import type { Carrier, CarrierEnd, Manner } from '../carrier.ts';
import { COVER } from '../cover.ts';
import { Gathering } from '../gathering.ts';
import { DnsExchange, type Wanted } from './exchange.ts';
import { type Asking, askBy, type WorkingMode } from './mode.ts';
import { Pace } from './pace.ts';

/** For so long a mode is taken for one that works, in ms. */
export const MODE_KEPT = 60_000;
/** How long what is to be sent waits for company, in ms: queries are small, but each body begins with a prefix. */
const GATHER = 50;
/** Bytes of envelopes in one body, unless one alone is longer. */
const BODY = 65_536;
/** State, total and offset of what comes down. */
const DOWN = 9;
/** Without an answer for so long, and to so many queries, nobody is there any more: ms, count. */
const DEAD = { after: 30_000, lost: 6 };
/** Before what was answered wrongly is asked again, in ms: a resolver that cannot, cannot at once either. */
const PENALTY = { first: 500, most: 8_000 };

export interface DnsOptions extends Asking {
  readonly mode: WorkingMode;
  readonly clock: Clock;
  readonly random: Random;
  /** Called when nothing comes through any more. */
  readonly failed: () => void;
}

export class DnsCarrier implements Carrier {
  readonly kind = 'dns';
  readonly polls = true;
  readonly sure = true;
  onEnvelope: (envelope: Uint8Array) => void = () => undefined;
  onClose: (reason: CarrierEnd) => void = () => undefined;
  readonly #options: DnsOptions;
  readonly #pace: Pace;
  readonly #closing = new AbortController();
  readonly #gathering: Gathering;
  #exchanges: DnsExchange[] = [];
  #heardAt: number;
  #lost = 0;
  #cancel: () => void = () => undefined;

  constructor(options: DnsOptions) {
    this.#options = options;
    this.#pace = new Pace(options.clock);
    this.#heardAt = options.clock.now();
    this.#gathering = new Gathering({
      ...{ clock: options.clock, wait: GATHER, most: BODY },
      send: (envelopes) => this.#begin(envelopes, false),
    });
  }

  send(envelope: Uint8Array, manner?: Manner): void {
    if (this.#closing.signal.aborted) return;
    if (manner === 'lingers') this.#begin([envelope], true);
    else this.#gathering.add(envelope);
  }

  backlog(): number {
    return this.#exchanges.reduce((sum, { left }) => sum + left, this.#gathering.bytes);
  }

  close(): void {
    this.#closing.abort();
    this.#cancel();
    this.#exchanges = [];
    this.#gathering.clear();
  }

  #begin(envelopes: readonly Uint8Array[], lingers: boolean): void {
    if (this.#closing.signal.aborted) return;
    const { random, zone } = this.#options;
    const body = joinEnvelopes(envelopes);
    const size = dnsPieceSize(dnsRoom(zone) - COVER.query);
    this.#exchanges.push(new DnsExchange(random(DNS_EXCHANGE), body, lingers, size));
    this.#pump();
  }

  /** Asks what may be asked now, and comes back when more may. */
  #pump(): void {
    this.#cancel();
    this.#cancel = () => undefined;
    const { clock } = this.#options;
    const now = clock.now();
    // What is nearly done goes first, and what lingers after what is said.
    const rank = ({ lingers, wanted }: DnsExchange): number => (lingers ? 1e6 : 0) + wanted.length;
    const waiting = [...this.#exchanges]
      .sort((a, b) => rank(a) - rank(b))
      .flatMap(({ wanted }) => wanted.filter(({ underWay }) => !underWay));
    const due = waiting.filter(({ at }) => at <= now);
    const asked = due.findIndex(() => !this.#pace.take());
    const count = asked < 0 ? due.length : asked;
    for (const one of due.slice(0, count)) void this.#ask(one);
    const soonest = Math.min(...waiting.filter(({ at }) => at > now).map(({ at }) => at - now));
    const wait = count < due.length && this.#pace.next > 0 ? this.#pace.next : soonest;
    // Where the window is full, an answer or its absence comes back here.
    if (wait !== Number.POSITIVE_INFINITY) {
      this.#cancel = clock.setTimeout(() => this.#pump(), wait);
    }
  }

  async #ask(one: Wanted): Promise<void> {
    const { mode, clock } = this.#options;
    const { exchange } = one;
    one.underWay = true;
    const query = exchange.query(one, mode.most);
    const began = clock.now();
    const late = new AbortController();
    const cancel = clock.setTimeout(() => late.abort(), this.#pace.patience(one.tries));
    try {
      const signal = AbortSignal.any([this.#closing.signal, late.signal]);
      const down = decodeDownSip(await askBy(mode, query, this.#options, signal));
      this.#pace.answered(Math.max(0, clock.now() - began));
      this.#heardAt = clock.now();
      this.#lost = 0;
      if (down.state === 'gone') this.#end('lost');
      else this.#answered(exchange, exchange.take(one, down, clock.now(), mode.size - DOWN));
    } catch {
      // No answer, or one that is not of this carrier: a resolver's that cannot, or somebody's who stands in.
      this.#pace.lost();
      this.#again(one, late.signal.aborted);
    } finally {
      cancel();
      one.underWay = false;
      if (!this.#closing.signal.aborted) this.#pump();
    }
  }

  #answered(exchange: DnsExchange, answer: Uint8Array | null): void {
    if (!answer) return;
    this.#exchanges = this.#exchanges.filter((one) => one !== exchange);
    // None in what is no list of envelopes: whoever asked asks again.
    for (const envelope of envelopesIn(answer)) {
      if (!this.#closing.signal.aborted) this.onEnvelope(envelope);
    }
  }

  #again(one: Wanted, silent: boolean): void {
    const now = this.#options.clock.now();
    one.tries++;
    if (!silent) one.at = now + Math.min(PENALTY.most, PENALTY.first * 2 ** one.tries);
    this.#lost++;
    if (this.#lost < DEAD.lost || now - this.#heardAt < DEAD.after) return;
    this.#options.failed();
    this.#end('lost');
  }

  #end(reason: CarrierEnd): void {
    if (this.#closing.signal.aborted) return;
    this.close();
    this.onClose(reason);
  }
}
