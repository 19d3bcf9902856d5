/** Moves from a poor way to the line of a volunteer, if the server finds one who lends theirs. */
import { type CarrierFactory, type Meet, stunAmong } from '../carriers/carrier.ts';
import { type Clock, pause, within } from '../clock.ts';
import type { Conversation } from './conversation.ts';
import type { Line } from './line.ts';

/** Until a volunteer's line stands, in ms. */
const OPEN_TIMEOUT = 30_000;
/** Before one is asked for, at first, for what people wait for goes first, and at most, in ms. */
const PAUSE = { least: 2_000, most: 120_000 };

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
  const meets = factory?.meets;
  if (!meets || !(spreads || last)) return;
  for (let wait = PAUSE.least; ; wait = Math.min(2 * wait, PAUSE.most)) {
    await pause(clock, wait, conversation.signal);
    if (conversation.ended) return;
    const stun = stunAmong(line.endpoints);
    const carrier = await within(clock, OPEN_TIMEOUT, closing, (signal) =>
      meets(meet, stun, signal),
    ).catch(() => null);
    if (carrier && (conversation.ended || closing.aborted)) carrier.close();
    else if (carrier) {
      const way = { factory, endpoint: '', host: '', failures: 0, avoidUntil: 0, took: 0 };
      line.next = { carrier, way };
      conversation.excused = true;
      conversation.end();
    }
  }
}
