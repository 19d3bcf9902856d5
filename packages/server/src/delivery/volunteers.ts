/**
 * Brings those who look for a volunteer together with those who lend their line (docs/protocol.md section 4), in
 * memory alone: who met whom is written nowhere.
 */

import { createHash } from 'node:crypto';
import { concat } from '@polynya/protocol/bytes';
import { decodeMeeting } from '@polynya/protocol/meeting';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Request, Result } from '@polynya/protocol/requests';
import { type Clock, type Random, systemClock, systemRandom } from '@polynya/reach/clock';
import { keyOf } from '@polynya/reach/key-of';
import type { SessionPort } from '@polynya/reach/server/session-handler';
import type { Engine } from '../engine/engine.ts';
import { TokenBuckets } from '../limits/token-bucket.ts';

/** Signals under this number are offers. */
const OFFERS = 0;
const ID = 16;
/** A volunteer answers within this, in ms. */
const PATIENCE = 15_000;
/** Offers in a row that it leaves unanswered, after which it is asked no more until it says anew that it lends (count). */
const SILENT = 2;
/** Offers that one volunteer has under way (count): none takes a place before it came to a connection. */
const AT_A_TIME = 4;
/** Volunteers say that they are still there every 25 s; whoever does not is gone, in ms. */
const STILL_THERE = 80_000;
/** How often one may ask: so many times at once, then once in so many ms. */
const ASKING = { burst: 4, everyMs: 30_000 };
/** What who finds nobody is told to wait, in ms. */
const LATER = 60_000;
/** An answer of this length is none: the volunteer takes nobody now, or not by this offer. */
const NO = 1;

type Of<O extends Request['op']> = Extract<Request, { op: O }>;

interface Volunteer {
  /** How many more people it takes. */
  places: number;
  /** ms since 1970. */
  until: number;
  offers: number;
  unanswered: number;
}

interface Pending {
  readonly port: SessionPort;
  readonly answer: (answer: Uint8Array) => void;
}

export class Volunteers {
  readonly #all = new Map<SessionPort, Volunteer>();
  readonly #pending = new Map<string, Pending>();
  /** Sessions that are over: one may end while its allowance is looked up. */
  readonly #over = new WeakSet<SessionPort>();
  readonly #asked: TokenBuckets;
  readonly #engine: Pick<Engine, 'allowance'>;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(
    engine: Pick<Engine, 'allowance'>,
    clock: Clock = systemClock,
    random: Random = systemRandom,
  ) {
    this.#engine = engine;
    this.#clock = clock;
    this.#random = random;
    this.#asked = new TokenBuckets(() => clock.now());
  }

  /** @throws ProtocolError of the allowance */
  async lend(port: SessionPort, { allowance, places }: Of<'lend'>): Promise<void> {
    await this.#engine.allowance(sha256(allowance));
    if (this.#over.has(port)) return;
    const { offers = 0 } = this.#all.get(port) ?? {};
    const until = this.#clock.now() + STILL_THERE;
    if (places > 0) this.#all.set(port, { places, until, offers, unanswered: 0 });
    else this.#all.delete(port);
  }

  /**
   * @throws ProtocolError of the allowance; `malformed` for an offer that nobody could take; `rate`; `busy` when nobody
   *   takes anybody, or does not answer in time
   */
  async meet(asker: SessionPort, { allowance, offer }: Of<'meet'>): Promise<Result<'meet'>> {
    const hash = sha256(allowance);
    await this.#engine.allowance(hash);
    decodeMeeting(offer);
    const bucket = this.#asked.of(keyOf(hash), ASKING);
    if (!bucket.take()) throw new ProtocolError('rate', 'asked too often', bucket.wait());
    return { answer: await this.#bring(asker, offer) };
  }

  #bring(asker: SessionPort, offer: Uint8Array): Promise<Uint8Array> {
    const nobody = new ProtocolError('busy', 'no volunteer', LATER);
    const chosen = this.#choose(asker);
    if (!chosen) return Promise.reject(nobody);
    const [port, volunteer] = chosen;
    volunteer.offers++;
    const id = this.#random(ID);
    const key = keyOf(id);
    return new Promise((resolve, reject) => {
      const over = (): void => {
        late();
        this.#pending.delete(key);
        const still = this.#all.get(port);
        if (still) still.offers--;
      };
      const late = this.#clock.setTimeout(() => {
        over();
        if (++volunteer.unanswered >= SILENT && this.#all.get(port) === volunteer)
          this.#all.delete(port);
        reject(nobody);
      }, PATIENCE);
      const answer = (answer: Uint8Array): void => {
        over();
        volunteer.unanswered = 0;
        if (answer.length === NO) reject(nobody);
        else resolve(answer);
      };
      this.#pending.set(key, { port, answer });
      port.push({ item: 'signal', n: OFFERS, body: concat(id, offer) });
    });
  }

  /** Any of those that take somebody, each as likely as the others. */
  #choose(asker: SessionPort): readonly [SessionPort, Volunteer] | undefined {
    const now = this.#clock.now();
    for (const [port, { until }] of this.#all) if (until <= now) this.#all.delete(port);
    const free = [...this.#all].filter(
      ([port, { offers }]) => port !== asker && offers < AT_A_TIME,
    );
    const drawn = this.#random(6).reduce((sum, byte) => sum * 256 + byte, 0);
    return free[drawn % Math.max(1, free.length)];
  }

  /** @throws ProtocolError `not-found` for an offer that this volunteer was not handed, or that is over */
  accept(port: SessionPort, { id, answer }: Of<'accept'>): void {
    const pending = this.#pending.get(keyOf(id));
    if (pending?.port !== port) throw new ProtocolError('not-found', 'no such offer');
    pending.answer(answer);
  }

  /** The session is over. */
  gone(port: SessionPort): void {
    this.#over.add(port);
    this.#all.delete(port);
  }
}

const sha256 = (secret: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha256').update(secret).digest());
