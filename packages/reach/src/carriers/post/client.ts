/** Envelopes in the bodies of HTTP POSTs and of their answers. */
import { joinEnvelopes, splitEnvelopes } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import type { Carrier, CarrierEnd, CarrierFactory, Manner } from '../carrier.ts';
import { fetchPost, type Post } from './post.ts';

/** POSTs under way at a time, besides those that linger (count). */
const AT_A_TIME = 4;

export const postCarrierBy = (post: Post): CarrierFactory => ({
  kind: 'post',
  open: (endpoint, signal) => {
    signal.throwIfAborted();
    return Promise.resolve(new PostCarrier(endpoint, post));
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
  readonly #abort = new AbortController();
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #underWay = 0;

  constructor(endpoint: string, send: Post) {
    this.#endpoint = endpoint;
    this.#send = send;
  }

  send(envelope: Uint8Array, manner?: Manner): void {
    if (this.#abort.signal.aborted) return;
    if (manner === 'lingers') {
      void this.#post([envelope]);
      return;
    }
    this.#queue.push(envelope);
    this.#queuedBytes += envelope.length;
    this.#next();
  }

  backlog(): number {
    return this.#queuedBytes;
  }

  close(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#abort.abort();
  }

  #next(): void {
    if (this.#underWay >= AT_A_TIME || this.#queue.length === 0) return;
    const envelopes: Uint8Array[] = [];
    let bytes = 0;
    for (const envelope of this.#queue) {
      if (envelopes.length === LIMITS.postEnvelopes) break;
      if (bytes + envelope.length + 4 > LIMITS.post) break;
      bytes += envelope.length + 4;
      envelopes.push(envelope);
    }
    this.#queue = this.#queue.slice(envelopes.length);
    this.#queuedBytes -= bytes - 4 * envelopes.length;
    this.#underWay++;
    void this.#post(envelopes).finally(() => {
      this.#underWay--;
      this.#next();
    });
  }

  async #post(envelopes: readonly Uint8Array[]): Promise<void> {
    let end: CarrierEnd = 'lost';
    try {
      const body = await this.#send(this.#endpoint, joinEnvelopes(envelopes), this.#abort.signal);
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
