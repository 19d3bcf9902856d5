/**
 * The client's end of a dead drop (docs/protocol.md section 2): bodies left as files, answers looked for under the
 * same names. Nothing above asks twice while it lives.
 */
import { toHex } from '@polynya/protocol/bytes';
import { joinEnvelopes, splitEnvelopes } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { type Clock, pause, type Random, within } from '../../clock.ts';
import type { Carrier, CarrierEnd, Manner } from '../carrier.ts';
import type { Cover } from '../cover.ts';
import { Gathering } from '../gathering.ts';
import { DROPPED, REQUEST } from './drop.ts';
import type { Folder } from './folder.ts';

/** How long what is to be sent waits for company, in ms: each file is asked for again and again. */
const GATHER = 200;
const NAME = 16;
/** Between one look for an answer and the next, in ms: at first, and at most, when the server holds a request back or not. */
const PAUSE = { first: 1_000, usual: 4_000, lingers: 10_000 };
const GROWTH = 1.4;
/** How long an answer is waited for, in ms; and so many failures in a row end the carrier. */
const PATIENCE = { usual: 120_000, lingers: 180_000 };
const FAILURES = 4;
const NEVER = new AbortController().signal;

export interface DropOptions {
  readonly folder: Folder;
  readonly cover: Cover;
  readonly clock: Clock;
  readonly random: Random;
}

export class DropCarrier implements Carrier {
  readonly kind = 'drop';
  readonly polls = true;
  readonly sure = true;
  onEnvelope: (envelope: Uint8Array) => void = () => undefined;
  onClose: (reason: CarrierEnd) => void = () => undefined;
  readonly #options: DropOptions;
  readonly #closing = new AbortController();
  readonly #gathering: Gathering;
  #underWay = 0;
  #failures = 0;

  constructor(options: DropOptions) {
    this.#options = options;
    this.#gathering = new Gathering({
      ...{ clock: options.clock, wait: GATHER, most: LIMITS.post / 4 },
      send: (envelopes) => void this.#exchange(envelopes, false),
    });
  }

  send(envelope: Uint8Array, manner?: Manner): void {
    if (this.#closing.signal.aborted) return;
    if (manner === 'lingers') void this.#exchange([envelope], true);
    else this.#gathering.add(envelope);
  }

  backlog(): number {
    return this.#underWay + this.#gathering.bytes;
  }

  close(): void {
    this.#closing.abort();
    this.#gathering.clear();
  }

  async #exchange(envelopes: readonly Uint8Array[], lingers: boolean): Promise<void> {
    const { folder, cover, clock, random } = this.#options;
    const { signal } = this.#closing;
    const query = cover.coverQuery(joinEnvelopes(envelopes));
    const name = toHex(random(NAME));
    const end = clock.now() + (lingers ? PATIENCE.lingers : PATIENCE.usual);
    this.#underWay += query.length;
    const up = () => this.#try((one) => folder.put(name + DROPPED.up, query, one));
    while (!signal.aborted && (await up()) === 'failed') await pause(clock, PAUSE.first, signal);
    this.#underWay -= query.length;
    const file = name + DROPPED.down;
    for (let wait = PAUSE.first; !signal.aborted; wait *= GROWTH) {
      await pause(clock, Math.min(wait, lingers ? PAUSE.lingers : PAUSE.usual), signal);
      const found = await this.#try((one) => folder.get(file, DROPPED.most, one));
      if (found instanceof Uint8Array) {
        // Nobody waits for that, and what stays there the server takes away.
        const drop = (one: AbortSignal) => folder.drop(file, one);
        void within(clock, REQUEST, NEVER, drop).catch(() => undefined);
        this.#answered(cover.openAnswer(query, found));
        return;
      }
      if (clock.now() >= end) this.#end('lost');
    }
  }

  #answered(answer: Uint8Array | null): void {
    try {
      // Who else has the key may have left anything there.
      if (!answer) throw new ProtocolError('malformed', 'not the answer to this');
      for (const envelope of splitEnvelopes(answer)) {
        if (!this.#closing.signal.aborted) this.onEnvelope(envelope);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#end('lost');
    }
  }

  /** What one request to the folder gives. */
  async #try<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T | 'failed'> {
    try {
      const given = await within(this.#options.clock, REQUEST, this.#closing.signal, ask);
      this.#failures = 0;
      return given;
    } catch {
      // Whatever it was, the folder is asked again, until it fails too often.
      if (++this.#failures >= FAILURES) this.#end('lost');
      return 'failed';
    }
  }

  #end(reason: CarrierEnd): void {
    if (this.#closing.signal.aborted) return;
    this.close();
    this.onClose(reason);
  }
}
