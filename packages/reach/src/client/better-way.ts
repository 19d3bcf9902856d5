/** Tries a better way beside the one in use, and moves only if the server answers there. */
import type { Carrier } from '../carriers/carrier.ts';
import { type Clock, pause } from '../clock.ts';
import { Conversation } from './conversation.ts';
import { type Line, nameOf, type Way } from './line.ts';

export interface BetterWayOptions {
  /** The carrier in use. */
  readonly conversation: Conversation;
  readonly line: Line;
  readonly clock: Clock;
  /** Whether the server answers by this carrier. */
  readonly answers: (probe: Conversation) => Promise<boolean>;
  /** Aborts when the connection is closed. */
  readonly closing: AbortSignal;
}

/** A line that lets a connection carry so many answers, of about 2.5 KB each, does not freeze it soon. */
const UNFROZEN = 12;
/** Before a single connection is tried again where many were needed, in ms. */
const RETRY = 60_000;

/** Goes on until the carrier in use is dead; ends it when a better way works. */
export function lookForBetterWay(options: BetterWayOptions): void {
  const { conversation, line, clock, closing } = options;
  const better = line.better(conversation.way);
  if (!better) return;
  // Where connections freeze, one that answers once shows nothing.
  const { spreads, datagrams } = conversation.way.factory;
  const dear = spreads || (datagrams && line.freezes);
  const look = async (): Promise<void> => {
    if (conversation.ended || closing.aborted) return;
    if (await works(better.way, options, dear ? UNFROZEN : 1)) {
      line.steady(better.way);
      line.proven = nameOf(better.way);
      conversation.excused = true;
      conversation.end();
    } else {
      line.failed(better.way);
      lookForBetterWay(options);
    }
  };
  const wait = Math.max(dear ? RETRY : 1_000, better.at - clock.now());
  void pause(clock, wait, conversation.signal).then(look);
}

async function works(way: Way, options: BetterWayOptions, times: number): Promise<boolean> {
  const { line, clock, answers, closing } = options;
  const carrier = await line.tryOne(way, closing).catch(() => null);
  return carrier !== null && (await worksBy(carrier, way, clock, answers, times));
}

/** Whether the server answers, so many times and before it is `over`, by this carrier, which is closed then. */
export async function worksBy(
  carrier: Carrier,
  way: Way,
  clock: Clock,
  answers: BetterWayOptions['answers'],
  times = 1,
  over?: AbortSignal,
): Promise<boolean> {
  const probe = new Conversation(carrier, way, clock, () => Promise.resolve());
  const end = (): void => probe.end();
  over?.addEventListener('abort', end, { once: true });
  let answered = true;
  while (answered && times-- > 0) answered = await answers(probe);
  over?.removeEventListener('abort', end);
  probe.end();
  return answered;
}
