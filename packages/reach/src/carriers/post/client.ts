/** Envelopes in the bodies of HTTP POSTs and of their answers. */
import { joinEnvelopes, splitEnvelopes } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import { Openings } from '../../client/openings.ts';
import { type Clock, fraction, type Random, systemClock, systemRandom } from '../../clock.ts';
import type { Carrier, CarrierEnd, CarrierFactory, Manner } from '../carrier.ts';
import { isHidden } from '../hidden.ts';
import { fetchPost, type Post } from './post.ts';

/** POSTs under way at a time, and those that linger (count). */
const AT_A_TIME = { usual: 4, lingers: 8 };
/** Bytes at most by which a body is longer where its length may tell nothing: a last envelope that is none, for none is so short. */
const BESIDE = 64;

export const postCarrierBy = (
  post: Post,
  clock: Clock = systemClock,
  random: Random = systemRandom,
): CarrierFactory => ({
  kind: 'post',
  open: (endpoint, signal, openings = new Openings()) => {
    signal.throwIfAborted();
    const { host } = new URL(endpoint);
    const connected = () => openings.note(host, clock.now());
    const uneven = isHidden(endpoint) ? random : undefined;
    return Promise.resolve(new PostCarrier(endpoint, post, connected, uneven));
  },
});

/** By the platform's own `fetch`. */
export const postCarrier: CarrierFactory = postCarrierBy(fetchPost);

class PostCarrier implements Carrier {
  readonly kind = 'post';
  readonly polls = true;
  onEnvelope: (envelope: Uint8Array) => void = () => undefined;
  onClose: (reason: CarrierEnd) => void = () => undefined;
  readonly #endpoint: string;
  readonly #send: Post;
  readonly #connected: () => void;
  readonly #uneven: Random | undefined;
  readonly #abort = new AbortController();
  #queue: Uint8Array[] = [];
  /** What lingers: in a POST of its own each. */
  #lingering: Uint8Array[] = [];
  #queuedBytes = 0;
  readonly #underWay = { usual: 0, lingers: 0 };
  /** POSTs that were under way at a time at most (count): as many connections were made for them. */
  #most = 1;

  /** @param connected told of each connection but the first @param uneven where nothing may be known by its length */
  constructor(endpoint: string, send: Post, connected: () => void, uneven: Random | undefined) {
    this.#endpoint = endpoint;
    this.#send = send;
    this.#connected = connected;
    this.#uneven = uneven;
  }

  send(envelope: Uint8Array, manner?: Manner): void {
    if (this.#abort.signal.aborted) return;
    (manner === 'lingers' ? this.#lingering : this.#queue).push(envelope);
    this.#queuedBytes += envelope.length;
    this.#next();
  }

  backlog(): number {
    return this.#queuedBytes;
  }

  close(): void {
    this.#queue = [];
    this.#lingering = [];
    this.#queuedBytes = 0;
    this.#abort.abort();
  }

  #next(): void {
    this.#begin('lingers', () => this.#lingering.splice(0, 1));
    this.#begin('usual', () => this.#batch());
  }

  #begin(manner: keyof typeof AT_A_TIME, take: () => Uint8Array[]): void {
    if (this.#underWay[manner] >= AT_A_TIME[manner]) return;
    const envelopes = take();
    if (envelopes.length === 0) return;
    for (const { length } of envelopes) this.#queuedBytes -= length;
    this.#underWay[manner]++;
    if (this.#underWay.usual + this.#underWay.lingers > this.#most) {
      this.#most++;
      this.#connected();
    }
    void this.#post(envelopes).finally(() => {
      this.#underWay[manner]--;
      this.#next();
    });
  }

  #batch(): Uint8Array[] {
    let [count, bytes] = [0, 0];
    for (const { length } of this.#queue.slice(0, LIMITS.postEnvelopes - 1)) {
      bytes += length + 4;
      if (bytes > LIMITS.post - BESIDE) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #post(envelopes: readonly Uint8Array[]): Promise<void> {
    let end: CarrierEnd = 'lost';
    try {
      const said = joinEnvelopes(this.#uneven ? [...envelopes, beside(this.#uneven)] : envelopes);
      const body = await this.#send(this.#endpoint, said, this.#abort.signal, this.#uneven);
      end = 'refused';
      if (body) {
        for (const envelope of splitEnvelopes(body)) {
          if (!this.#abort.signal.aborted) this.onEnvelope(envelope);
        }
        return;
      }
    } catch {
      // Cut off, redirected, or an answer that is not of this carrier: the same to whoever uses it.
    }
    if (this.#abort.signal.aborted) return;
    this.close();
    this.onClose(end);
  }
}

function beside(random: Random): Uint8Array {
  return random(1 + fraction(random) * (BESIDE - 4));
}
