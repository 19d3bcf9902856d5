/**
 * When a carrier on which nothing comes is asked whether it still lives: a push that was lost, or a connection that froze
 * while somebody waits for one, is found by nothing else.
 */
import { type Clock, fraction, type Random } from '../clock.ts';
import type { Conversation } from './conversation.ts';

const HEARTBEAT = 30_000;
/** While it may still freeze: so long after the last word was said on it, in ms; and where others have frozen. */
const EARLY = [2_000, 4_500, 8_000, 13_000, 20_000];
const EAGER = [1_500, 3_000, 5_000, 7_000, 10_000, 13_000, 17_000, 21_000];

/** A device that slept, on which no timer ran, sees so soon that it is late, ms. */
const LOOK = 5_000;

/** Calls `ask` as long as the carrier lives. @param suspect others like it have frozen of late */
export async function keepAsking(
  conversation: Conversation,
  suspect: boolean,
  clock: Clock,
  random: Random,
  ask: () => void,
): Promise<void> {
  const { sure } = conversation.carrier;
  const usual = () => clock.now() + (sure ? 4 : 1) * HEARTBEAT * (1 - fraction(random) / 5);
  let next = usual();
  let early = 0;
  let since = conversation.stirredAt;
  while (!conversation.ended) {
    if (since !== conversation.stirredAt) early = 0;
    since = conversation.stirredAt;
    const soon = sure || conversation.unfrozen ? undefined : (suspect ? EAGER : EARLY)[early];
    const at = Math.min(next, since + (soon ?? Number.POSITIVE_INFINITY));
    await untilStirred(conversation, clock, Math.min(LOOK, at - clock.now()));
    if (conversation.ended || clock.now() < at) continue;
    early++;
    next = usual();
    ask();
  }
}

/** ... or until so many ms are over, or it is dead. */
function untilStirred(conversation: Conversation, clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      conversation.signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.setTimeout(done, Math.max(0, ms));
    conversation.onStir = done;
    conversation.signal.addEventListener('abort', done);
  });
}
