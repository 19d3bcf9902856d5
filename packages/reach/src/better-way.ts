/** Returns to a better way while a worse one is in use: tries it beside, and moves only if the server answers there. */
import type { Carrier } from './carriers/carrier.ts';
import { type Clock, pause } from './clock.ts';
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

/** Goes on until the carrier in use is dead; ends it when a better way works. */
export function lookForBetterWay(options: BetterWayOptions): void {
  const { conversation, line, clock, closing } = options;
  const better = line.better(conversation.way);
  if (!better) return;
  const look = async (): Promise<void> => {
    if (conversation.ended || closing.aborted) return;
    if (await works(better.way, options)) {
      line.steady(better.way);
      line.proven = nameOf(better.way);
      conversation.excused = true;
      conversation.end();
    } else {
      line.failed(better.way);
      lookForBetterWay(options);
    }
  };
  const wait = Math.max(1_000, better.at - clock.now());
  void pause(clock, wait, conversation.signal).then(look);
}

async function works(way: Way, options: BetterWayOptions): Promise<boolean> {
  const { line, clock, answers, closing } = options;
  const carrier = await line.tryOne(way, closing).catch(() => null);
  return carrier !== null && (await worksBy(carrier, way, clock, answers));
}

/** Whether the server answers by this carrier, which is closed then. */
export async function worksBy(
  carrier: Carrier,
  way: Way,
  clock: Clock,
  answers: BetterWayOptions['answers'],
): Promise<boolean> {
  const probe = new Conversation(carrier, way, clock, () => Promise.resolve());
  const answered = await answers(probe);
  probe.end();
  return answered;
}
