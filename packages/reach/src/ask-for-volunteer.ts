/** Moves from a poor way to the line of a volunteer, if the server finds one who lends theirs. */
import type { CarrierFactory, Meet } from './carriers/carrier.ts';
import { type Clock, pause } from './clock.ts';
import type { Conversation } from './conversation.ts';
import type { Line } from './line.ts';

/** Until a volunteer's line stands, and before the next is asked for, in ms. */
const OPEN_TIMEOUT = 30_000;
const RETRY = 120_000;

export interface AskOptions {
  /** The carrier in use. */
  readonly conversation: Conversation;
  readonly line: Line;
  readonly clock: Clock;
  readonly carriers: readonly CarrierFactory[];
  readonly meet: Meet;
  /** Aborts when the connection is closed. */
  readonly closing: AbortSignal;
}

/** Goes on until the carrier in use is dead; ends it when a volunteer's stands. Does nothing on ways that do well. */
export async function askForVolunteer(options: AskOptions): Promise<void> {
  const { conversation, line, clock, carriers, meet, closing } = options;
  const factory = carriers.find(({ meets }) => meets !== undefined);
  const { spreads = false, last = false } = conversation.way.factory;
  if (!factory?.meets || !(spreads || last)) return;
  while (!conversation.ended) {
    const late = new AbortController();
    const onTime = clock.setTimeout(() => late.abort(), OPEN_TIMEOUT);
    const carrier = await factory
      .meets(meet, AbortSignal.any([late.signal, closing]))
      .catch(() => null);
    onTime();
    if (carrier && (conversation.ended || closing.aborted)) carrier.close();
    else if (carrier) {
      const way = { factory, endpoint: '', host: '', failures: 0, avoidUntil: 0, took: 0 };
      line.next = { carrier, way };
      conversation.excused = true;
      conversation.end();
    } else await pause(clock, RETRY, conversation.signal);
  }
}
