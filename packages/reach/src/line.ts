/**
 * Which carrier to use: those given, in order, each to each endpoint; one that failed goes to the end
 * for a while; when none works, a pause that grows from 0.5 s to 30 s, or to 5 s while somebody waits.
 */
import type { Carrier, CarrierFactory } from './carriers/carrier.ts';
import { type Clock, fraction, type Random } from './clock.ts';

const OPEN_TIMEOUT = 8_000;
const PAUSE = { least: 500, urgent: 5_000, most: 30_000 };
/** How long somebody is taken to wait for what is to be sent, in ms. */
const WAITED_FOR = 300_000;
const PENALTY = { least: 30_000, most: 420_000 };

export interface Way {
  readonly factory: CarrierFactory;
  readonly endpoint: string;
  failures: number;
  /** Until when it goes to the end, in ms since 1970. */
  avoidUntil: number;
}

export class Line {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #factories: readonly CarrierFactory[];
  /** Called when all ways failed and a pause begins. */
  onPause: () => void = () => undefined;
  /** Whether something waits to be sent. */
  urgent: () => boolean = () => false;
  #ways: Way[] = [];
  #rounds = 0;
  #wake: () => void = () => undefined;
  #shorten: () => void = () => undefined;
  #waitedUntil = 0;

  constructor(factories: readonly CarrierFactory[], clock: Clock, random: Random) {
    this.#factories = factories;
    this.#clock = clock;
    this.#random = random;
  }

  /** Sets the endpoints; what is known of those that stay is kept. */
  lead(endpoints: readonly string[]): void {
    this.#ways = this.#factories.flatMap((factory) =>
      endpoints.map(
        (endpoint) =>
          this.#ways.find((way) => way.factory === factory && way.endpoint === endpoint) ?? {
            factory,
            endpoint,
            failures: 0,
            avoidUntil: 0,
          },
      ),
    );
  }

  /** Opens the first way that can be opened, however long that takes. Rejects only when `signal` aborts. */
  async open(signal: AbortSignal): Promise<{ carrier: Carrier; way: Way }> {
    for (;;) {
      for (const way of this.#inOrder()) {
        const carrier = await this.tryOne(way, signal);
        if (carrier) return { carrier, way };
        this.failed(way);
      }
      this.onPause();
      await this.pause(signal);
    }
  }

  /** Opens one way, or says null. Rejects when `signal` aborts. */
  async tryOne(way: Way, signal: AbortSignal): Promise<Carrier | null> {
    const timeout = new AbortController();
    const cancel = this.#clock.setTimeout(() => timeout.abort(), OPEN_TIMEOUT);
    try {
      return await way.factory.open(way.endpoint, AbortSignal.any([signal, timeout.signal]));
    } catch {
      signal.throwIfAborted();
      return null;
    } finally {
      cancel();
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

  failed(way: Way): void {
    const penalty = Math.min(PENALTY.most, PENALTY.least * 2 ** way.failures);
    way.failures = Math.min(way.failures + 1, 10);
    way.avoidUntil = this.#clock.now() + penalty;
  }

  /** A connection by this way has proved itself. */
  steady(way: Way): void {
    way.failures = 0;
    way.avoidUntil = 0;
    this.#rounds = 0;
  }

  /** The best way before `way` in the order given, and when it is worth a try again. */
  better(way: Way): { way: Way; at: number } | null {
    const before = this.#ways.slice(0, Math.max(0, this.#ways.indexOf(way)));
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

  #inOrder(): Way[] {
    const now = this.#clock.now();
    const avoided = (way: Way): number => (way.avoidUntil > now ? 1 : 0);
    return [...this.#ways].sort((a, b) => avoided(a) - avoided(b));
  }
}
