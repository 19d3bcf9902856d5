/**
 * Short POSTs, each on a connection of its own, spread over all endpoints: for lines on which connections
 * freeze after some packets, or are counted. What is lost is sent again from here, so nothing above asks twice.
 */
import { joinEnvelopes, splitEnvelopes } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import { type DownSip, decodeDownSip, EXCHANGE } from '@polynya/protocol/sip';
import type { Clock, Random } from '../../clock.ts';
import type { Openings } from '../../openings.ts';
import type { Carrier, CarrierEnd, Manner } from '../carrier.ts';
import { Gathering } from '../gathering.ts';
import type { Post } from '../post/post.ts';
import { Exchange, type Sip } from './exchange.ts';
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
  readonly #abort = new AbortController();
  #exchanges: Exchange[] = [];
  readonly #gathering: Gathering;
  /** Of what gathers: of one that is said, if there is one. */
  #gathered: Manner = 'said';
  /** Endpoints that failed since one worked. */
  readonly #failed = new Map<string, CarrierEnd>();
  #failures = 0;
  #worked = false;
  #cancel: () => void = () => undefined;

  constructor(options: SipOptions) {
    this.#options = options;
    const { endpoints, openings, clock } = options;
    this.#slots = new Slots(endpoints, openings, clock);
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
    const waiting = this.#exchanges.reduce((sum, { sips }) => sum + sips.length, 0);
    return waiting * LIMITS.sip + this.#gathering.bytes;
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
    for (const sip of this.#waiting()) {
      if (sip.againAt > clock.now()) continue;
      const endpoint = this.#slots.take(sip.at, this.#spare(sip.exchange));
      if (endpoint !== null) void this.#sip(sip, endpoint);
    }
    const waiting = this.#waiting();
    if (waiting.length === 0) return;
    const now = clock.now();
    const due = waiting.map(({ againAt }) => againAt).filter((at) => at > now);
    const at = Math.min(...due, this.#slots.changesAt());
    this.#cancel = clock.setTimeout(() => this.#pump(), Math.min(at - now, LONGEST));
  }

  /** Of few endpoints less is left, or nothing that may wait would ever come. */
  #spare({ sips, manner }: Exchange): number {
    const most = SPARE[sips.length > 2 ? 'large' : manner];
    return Math.min(most, Math.floor(this.#options.endpoints.length / 3));
  }

  /** What is not under way as often as it may be: what is nearly done goes first, and what lingers after what is said. */
  #waiting(): Sip[] {
    const rank = ({ sips, manner }: Exchange): number => RANK[manner] * sips.length;
    return [...this.#exchanges]
      .sort((a, b) => rank(a) - rank(b))
      .flatMap(({ sips, manner }) =>
        sips.filter(({ at }) => at.size < (manner === 'lingers' ? 1 : BESIDE)),
      );
  }

  async #sip(sip: Sip, endpoint: string): Promise<void> {
    const { clock, post } = this.#options;
    const { exchange } = sip;
    sip.at.add(endpoint);
    sip.againAt = clock.now() + HEDGE;
    const late = new AbortController();
    const patience = exchange.manner === 'lingers' ? PATIENCE.lingers : PATIENCE.usual;
    const cancel = clock.setTimeout(() => late.abort(), patience);
    try {
      const signal = AbortSignal.any([this.#abort.signal, late.signal]);
      const body = await post(endpoint, exchange.post(sip), signal);
      const down = body && decodeDownSip(body);
      if (down) this.#taken(sip, endpoint, down);
      else this.#lost(sip, endpoint, 'refused');
    } catch {
      // Cut off, frozen, or an answer that is not of this carrier.
      this.#lost(sip, endpoint, 'lost');
    } finally {
      cancel();
      sip.at.delete(endpoint);
      if (!this.#abort.signal.aborted) this.#pump();
    }
  }

  #taken(sip: Sip, endpoint: string, down: DownSip): void {
    if (this.#abort.signal.aborted) return;
    this.#slots.worked(endpoint);
    this.#failed.clear();
    this.#failures = 0;
    this.#worked = true;
    if (down.state === 'gone') {
      this.#end('lost');
      return;
    }
    const { exchange } = sip;
    // Another endpoint was faster.
    if (!exchange.sips.includes(sip)) return;
    const answer = exchange.take(sip, down);
    if (!answer) return;
    this.#exchanges = this.#exchanges.filter((one) => one !== exchange);
    for (const envelope of splitEnvelopes(answer)) {
      if (!this.#abort.signal.aborted) this.onEnvelope(envelope);
    }
  }

  #lost(sip: Sip, endpoint: string, end: CarrierEnd): void {
    if (this.#abort.signal.aborted) return;
    this.#slots.failed(endpoint);
    if (!sip.exchange.sips.includes(sip)) return;
    this.#failed.set(endpoint, end);
    this.#failures++;
    sip.againAt = 0;
    const enough = this.#worked ? this.#failures > 1 : true;
    if (enough && this.#failed.size === this.#options.endpoints.length) this.#end(end);
  }

  #end(reason: CarrierEnd): void {
    this.close();
    this.onClose(reason);
  }
}
