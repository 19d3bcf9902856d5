/**
 * Brings those who look for a volunteer together with those who lend their line (docs/protocol.md section 4), in
 * memory alone: who met whom is written nowhere.
 */

import { createHash } from 'node:crypto';
import { concat } from '@polynya/protocol/bytes';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Request, Result } from '@polynya/protocol/requests';
import { type Clock, type Random, systemClock, systemRandom } from '@polynya/reach/clock';
import type { SessionPort } from '@polynya/reach/session-handler';
import type { Engine } from './engine.ts';

/** Signals under this number are offers. */
const OFFERS = 0;
const ID = 16;
/** A volunteer answers within this, or takes nobody any more until it says so again, in ms. */
const PATIENCE = 15_000;
/** What who finds nobody is told to wait, in ms. */
const LATER = 60_000;

type Of<O extends Request['op']> = Extract<Request, { op: O }>;

interface Pending {
  readonly volunteer: SessionPort;
  readonly answer: (answer: Uint8Array) => void;
}

export class Volunteers {
  /** How many more people each takes. */
  readonly #places = new Map<SessionPort, number>();
  readonly #pending = new Map<string, Pending>();
  /** Sessions that are over: one may end while its allowance is looked up. */
  readonly #over = new WeakSet<SessionPort>();
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
  }

  /** @throws ProtocolError of the allowance */
  async lend(volunteer: SessionPort, { allowance, places }: Of<'lend'>): Promise<void> {
    await this.#engine.allowance(sha256(allowance));
    if (!this.#over.has(volunteer)) this.#take(volunteer, places);
  }

  /** @throws ProtocolError of the allowance; `busy` when nobody takes anybody, or does not answer in time */
  async meet(asker: SessionPort, { allowance, offer }: Of<'meet'>): Promise<Result<'meet'>> {
    await this.#engine.allowance(sha256(allowance));
    return { answer: await this.#bring(asker, offer) };
  }

  #take(volunteer: SessionPort, places: number): void {
    if (places > 0) this.#places.set(volunteer, places);
    else this.#places.delete(volunteer);
  }

  #bring(asker: SessionPort, offer: Uint8Array): Promise<Uint8Array> {
    const free = [...this.#places.keys()].filter((port) => port !== asker);
    const [at = 0] = this.#random(1);
    const volunteer = free[at % Math.max(1, free.length)];
    const nobody = new ProtocolError('busy', 'no volunteer', LATER);
    if (!volunteer) return Promise.reject(nobody);
    this.#take(volunteer, (this.#places.get(volunteer) ?? 1) - 1);
    const id = this.#random(ID);
    const key = keyOf(id);
    return new Promise((resolve, reject) => {
      const late = this.#clock.setTimeout(() => {
        this.#pending.delete(key);
        this.#places.delete(volunteer);
        reject(nobody);
      }, PATIENCE);
      const answer = (answer: Uint8Array): void => {
        late();
        this.#pending.delete(key);
        resolve(answer);
      };
      this.#pending.set(key, { volunteer, answer });
      volunteer.push({ item: 'signal', n: OFFERS, body: concat(id, offer) });
    });
  }

  /** @throws ProtocolError `not-found` for an offer that this volunteer was not handed, or that is over */
  accept(volunteer: SessionPort, { id, answer }: Of<'accept'>): void {
    const pending = this.#pending.get(keyOf(id));
    if (pending?.volunteer !== volunteer) throw new ProtocolError('not-found', 'no such offer');
    pending.answer(answer);
  }

  /** The session is over. */
  gone(volunteer: SessionPort): void {
    this.#over.add(volunteer);
    this.#places.delete(volunteer);
  }
}

const keyOf = (id: Uint8Array): string => Buffer.from(id).toString('latin1');

const sha256 = (secret: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha256').update(secret).digest());
