/**
 * Which carrier to use: those given, each to each endpoint, race in their order with a stagger; what loses
 * by failing is left alone for a while, what won before begins. When none works, a pause that grows from 0.5 s
 * to 30 s, or to 5 s while somebody waits.
 */
import { type Carrier, type CarrierFactory, isPlain } from '../carriers/carrier.ts';
import { isHidden } from '../carriers/hidden.ts';
import { type Clock, fraction, type Random, within } from '../clock.ts';
import type { Conversation } from './conversation.ts';
import { CONNECTIONS, Openings } from './openings.ts';

/** A line of 700 bytes a second takes so long for a TLS handshake and a WebSocket's. */
const OPEN_TIMEOUT = 20_000;
/** Between one way's start and the next one's, in ms; the second after one that has worked on this network. */
const STAGGER = { usual: 300, proven: 2_000 };
/** Before ways that are left alone are tried after all, while others are still under way, in ms. */
const AFTER_ALL = 3_000;
/** Ways under way at a time to one host. */
const AT_A_TIME = 2;
/** A connection that lived so long had nothing wrong with it, in ms. */
const STEADY = 10_000;
/** So many carriers one after the other that stood and brought nothing are frozen from the first word on. */
const MUTE = 2;
const PAUSE = { least: 500, urgent: 5_000, most: 30_000 };
/** How long somebody is taken to wait for what is to be sent, in ms. */
const WAITED_FOR = 300_000;
const PENALTY = { least: 30_000, most: 420_000 };

export interface Way {
  readonly factory: CarrierFactory;
  readonly endpoint: string;
  readonly host: string;
  failures: number;
  /** Until when it is left alone as long as others work, in ms since 1970. */
  avoidUntil: number;
  /** How long it took to open last, in ms. */
  took: number;
}

export interface Opened {
  readonly carrier: Carrier;
  readonly way: Way;
}

export class Line {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #factories: readonly CarrierFactory[];
  /** Called when all ways failed and a pause begins. */
  onPause: () => void = () => undefined;
  /** Whether something waits to be sent. */
  urgent: () => boolean = () => false;
  /** Whether the server answers by a carrier that cannot tell by itself; uses it up. */
  prove: (carrier: Carrier, way: Way, over: AbortSignal) => Promise<boolean> = () =>
    Promise.resolve(true);
  /** The way that worked last on this network, as `nameOf` has it. */
  proven: string | undefined;
  /** Opened beside the one in use, to be the next. */
  next: Opened | null = null;
  /** Connections that froze while their host was there, since one did not (count); more than 0 where that is known before. */
  frozen = 0;
  /** The carriers that stood and brought nothing, since one did not, by their kinds. */
  #mute: string[] = [];
  readonly #openings: Openings;
  #endpoints: readonly string[] = [];
  #ways: Way[] = [];
  #given: readonly string[] = [];
  #listed: readonly string[] = [];
  #rounds = 0;
  #wake: () => void = () => undefined;
  #shorten: () => void = () => undefined;
  #waitedUntil = 0;

  /** @param openings shared with whoever else connects from here @param freezes whether connections are known to freeze here */
  constructor(
    factories: readonly CarrierFactory[],
    clock: Clock,
    random: Random,
    openings = new Openings(),
    freezes = false,
  ) {
    this.#openings = openings;
    if (freezes) this.frozen = 1;
    this.#factories = factories;
    this.#clock = clock;
    this.#random = random;
  }

  get endpoints(): readonly string[] {
    return this.#endpoints;
  }

  /** The way by all endpoints at once, if there is such a carrier. */
  get spread(): Way | undefined {
    return this.#ways.find(({ factory }) => factory.spreads);
  }

  /** Those of them that the server tells everybody; all of them as long as it said nothing. */
  get listed(): readonly string[] {
    return this.#listed.length > 0 ? this.#listed : this.endpoints;
  }

  /** Endpoints in place of those given before; what is known of those that stay is kept. */
  lead(endpoints: readonly string[]): void {
    this.#given = endpoints;
    this.#arrange();
  }

  /** The endpoints of the server's record, which come behind those that were given. */
  learn(endpoints: readonly string[]): void {
    this.#listed = endpoints;
    this.#arrange();
  }

  #arrange(): void {
    this.#endpoints = [...new Set([...this.#given, ...this.#listed])];
    this.#ways = this.#factories.flatMap((factory) =>
      this.#endpointsFor(factory).map(
        (endpoint) =>
          this.#ways.find((way) => way.factory === factory && way.endpoint === endpoint) ?? {
            factory,
            endpoint,
            host: hostOf(endpoint),
            failures: 0,
            avoidUntil: 0,
            took: 0,
          },
      ),
    );
  }

  /** Those that it can go to, as it takes them. */
  #endpointsFor({ takes = isPlain, spreads }: CarrierFactory): readonly string[] {
    const spoken = this.#endpoints.filter(takes);
    return spreads && spoken.length > 0 ? [spoken.join(' ')] : spoken;
  }

  /** Whether connections freeze here, as far as was seen. */
  get freezes(): boolean {
    return this.frozen > 0 || this.#mute.length >= MUTE;
  }

  /** Whether it opens nothing that could freeze, on a line on which connections do. */
  #passes({ factory }: Way): boolean {
    return factory.datagrams === true && this.freezes;
  }

  /** Whether its host was connected to as often of late as a line bears on which connections freeze: many such count them, too. */
  #crowded({ factory, host }: Way): boolean {
    if (!this.freezes || factory.datagrams || factory.spreads) return false;
    const alone = !this.#ways.some((way) => way.host !== host);
    const most = this.#openings.ours(host, CONNECTIONS, alone);
    return this.#openings.wait(host, most, this.#clock.now()) > 0;
  }

  /** Opens the first way that can be opened, however long that takes. Rejects only when `signal` aborts. */
  async open(signal: AbortSignal): Promise<Opened> {
    for (;;) {
      const won =
        this.next ??
        (await this.#race(this.#ranked(), signal)) ??
        (await this.#race(this.#ranked(true), signal));
      this.next = null;
      if (won) return won;
      this.onPause();
      await this.pause(signal);
    }
  }

  /** This way once more and the others, `first` or behind them; null when none opens. Rejects when `signal` aborts. */
  beside(way: Way, first: boolean, signal: AbortSignal): Promise<Opened | null> {
    const others = this.#ranked().filter((each) => each !== way);
    const all = first ? [way, ...others] : [...others, way];
    return this.#race(
      all.filter((each) => !this.#crowded(each)),
      signal,
      STAGGER.usual,
    );
  }

  /** What may be tried, the best first, and last what is left alone; or what is for when nothing else passes. */
  #ranked(last = false): Way[] {
    const now = this.#clock.now();
    // A way by all endpoints at once is slow, and works nearly everywhere: it would win where it should not.
    const spreads = ({ factory }: Way) => factory.spreads === true;
    const proven = (way: Way) => nameOf(way) === this.proven;
    const frozen = this.#mute.length >= MUTE;
    const needed = (way: Way) => spreads(way) && this.freezes;
    // What froze twice freezes at other endpoints too, which it would open before anything else does.
    const freezes = ({ factory }: Way) => frozen && this.#mute.includes(factory.kind);
    const rank = (way: Way): number => {
      if (way.avoidUntil > now) return way.avoidUntil;
      if (needed(way) || this.#passes(way)) return spreads(way) ? 1 : 0;
      return proven(way) ? 2 : freezes(way) ? 4 : 3;
    };
    const isLast = (way: Way) => way.factory.last === true && !proven(way);
    return this.#ways
      .filter((way) => isLast(way) === last && (!spreads(way) || proven(way) || needed(way)))
      .filter((way) => !this.#crowded(way))
      .sort((a, b) => rank(a) - rank(b));
  }

  /**
   * The first that opens; null when none does. Those that failed before it are left alone: the fault is theirs.
   * @param head ms that one which has worked has for itself
   */
  async #race(
    ways: Way[],
    signal: AbortSignal,
    head: number = STAGGER.proven,
  ): Promise<Opened | null> {
    const over = new AbortController();
    const ended = AbortSignal.any([signal, over.signal]);
    const running: Way[] = [];
    const failed: Way[] = [];
    const began = this.#clock.now();
    let afterAll = false;
    let cancel = (): void => undefined;
    try {
      return await new Promise((resolve, reject) => {
        const run = async (way: Way): Promise<void> => {
          const carrier = await this.tryOne(way, ended);
          running.splice(running.indexOf(way), 1);
          if (carrier && ended.aborted) carrier.close();
          else if (carrier) {
            for (const each of failed) this.#leaveAlone(each, PENALTY.most);
            resolve({ carrier, way });
          } else {
            failed.push(way);
            next();
          }
        };
        const next = (): void => {
          cancel();
          const free = ({ host }: Way) =>
            running.filter((each) => each.host === host).length < AT_A_TIME;
          const way = ways.find(free);
          if (way && way.avoidUntil > began && running.length > 0 && !afterAll) {
            cancel = this.#clock.setTimeout(() => {
              afterAll = true;
              next();
            }, AFTER_ALL);
          } else if (way) {
            ways.splice(ways.indexOf(way), 1);
            running.push(way);
            // Rejected once the race is over, when nobody asks any more.
            run(way).catch(reject);
            const alone = nameOf(way) === this.proven || way.factory.spreads || this.#passes(way);
            cancel = this.#clock.setTimeout(next, alone ? head : STAGGER.usual);
          } else if (running.length === 0) resolve(null);
        };
        next();
      });
    } finally {
      cancel();
      over.abort();
    }
  }

  /** Opens one way, or says null. Rejects when `signal` aborts. */
  async tryOne(way: Way, signal: AbortSignal): Promise<Carrier | null> {
    if (this.#crowded(way)) return null;
    // Each time anew: on a slow line it is proven for longer than it may take to open.
    const open = () =>
      within(this.#clock, OPEN_TIMEOUT, signal, (ended) =>
        way.factory.open(way.endpoint, ended, this.#openings),
      );
    try {
      if (!way.factory.spreads) this.#openings.note(way.host, this.#clock.now());
      const began = this.#clock.now();
      const carrier = await open();
      way.took = this.#clock.now() - began;
      // Where each connection counts, what worked last proves itself by being used.
      const begins = this.proven === undefined && this.frozen > 0;
      const known = begins || nameOf(way) === this.proven;
      if (!carrier.polls || (carrier.sure && known)) return carrier;
      // One that asks anew for each answer opens without anybody there, and again at no cost.
      const proved = await this.prove(carrier, way, signal);
      signal.throwIfAborted();
      return proved ? await open() : null;
    } catch {
      signal.throwIfAborted();
      return null;
    }
  }

  /** Waits: longer each time, until `steady` is called. `kick` ends it. Rejects when `signal` aborts. */
  async pause(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const waited = this.urgent() && this.#clock.now() < this.#waitedUntil;
    const most = waited ? PAUSE.urgent : PAUSE.most;
    const longest = Math.min(most, PAUSE.least * 2 ** this.#rounds);
    this.#rounds = Math.min(this.#rounds + 1, 10);
    await new Promise<void>((resolve) => {
      const done = (): void => {
        cancel();
        this.#shorten = () => undefined;
        signal.removeEventListener('abort', done);
        resolve();
      };
      const within = (ms: number) => ms * (0.5 + fraction(this.#random) / 2);
      let cancel = this.#clock.setTimeout(done, within(longest));
      signal.addEventListener('abort', done, { once: true });
      this.#wake = done;
      this.#shorten = () => {
        this.#shorten = () => undefined;
        if (longest <= PAUSE.urgent) return;
        cancel();
        cancel = this.#clock.setTimeout(done, within(PAUSE.urgent));
      };
    });
    signal.throwIfAborted();
  }

  /** Somebody begins to wait: for a while all pauses are short, the present one too. */
  hurry(): void {
    this.#waitedUntil = this.#clock.now() + WAITED_FOR;
    this.#shorten();
  }

  /** Told of a carrier when it is done with, before it is closed. @param lived ms */
  used(conversation: Conversation, lived: number): void {
    const { way, ended, heard, entered, silent, excused, unfrozen } = conversation;
    if (heard && entered) this.#mute = [];
    else if (!ended) this.#mute = [...this.#mute, way.factory.kind].slice(-MUTE);
    if (unfrozen && !way.factory.datagrams) this.frozen = 0;
    if (silent || (!heard && !excused)) this.failed(way);
    else if (heard && lived >= STEADY) this.steady(way);
  }

  failed(way: Way): void {
    this.#leaveAlone(way, Math.min(PENALTY.most, PENALTY.least * 2 ** way.failures));
    way.failures = Math.min(way.failures + 1, 10);
  }

  /** A connection by this way has proved itself. */
  steady(way: Way): void {
    way.failures = 0;
    way.avoidUntil = 0;
    this.#rounds = 0;
  }

  /**
   * The best way by a carrier before `way`'s in the order given, and when it is worth a try again. None to a server that
   * shows itself beside a host that passes for a web site: who goes by that may have to.
   */
  better(way: Way): { way: Way; at: number } | null {
    const rank = ({ factory }: Way): number => this.#factories.indexOf(factory);
    const stays = !way.factory.spreads && isHidden(way.endpoint);
    const before = this.#ways.filter(
      (each) => rank(each) < rank(way) && (!stays || isHidden(each.endpoint)),
    );
    const [soonest] = before.sort((a, b) => a.avoidUntil - b.avoidUntil);
    return soonest ? { way: soonest, at: soonest.avoidUntil } : null;
  }

  /** Forgets failures and ends a pause: the network is another. */
  kick(): void {
    for (const way of this.#ways) {
      way.failures = 0;
      way.avoidUntil = 0;
    }
    this.#rounds = 0;
    this.hurry();
    this.#wake();
  }

  #leaveAlone(way: Way, ms: number): void {
    way.avoidUntil = Math.max(way.avoidUntil, this.#clock.now() + ms);
  }
}

/** A way's name, good for keeping. */
export function nameOf({ factory, endpoint }: Way): string {
  return factory.spreads ? factory.kind : `${factory.kind} ${endpoint}`;
}

/** With its port, where it names one; '' for what is not reached by a host. */
export function hostOf(endpoint: string): string {
  return /^\w+:\/\/([^/]+)/.exec(endpoint)?.[1] ?? '';
}
