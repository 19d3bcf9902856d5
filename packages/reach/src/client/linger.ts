/** Keeps one request lingering at a server that cannot speak unasked, so that pushes have a way down. */
import { type Clock, fraction, pause, type Random } from '../clock.ts';
import type { Conversation } from './conversation.ts';

/** How long the server may hold one back at most, in ms: up to a fifth less, or what is quiet would be known by its beat. */
const LINGER = 25_000;
/** ... where each connection counts. */
const LONG = 50_000;
/** The least time between two that brought nothing, in ms. */
const PAUSE = 1_000;

export interface LingerOptions {
  readonly conversation: Conversation;
  readonly clock: Clock;
  readonly random: Random;
  /** Whether there is anything to wait for now. */
  readonly wanted: () => boolean;
  /** How much has been pushed so far: any number that grows with it. */
  readonly pushed: () => number;
  /** Asks, and resolves when answered; rejects when the carrier is dead. */
  readonly ask: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** Lingers as long as the carrier lives. Whatever the server does, it is not asked in a tight loop. */
export async function lingerOn(options: LingerOptions): Promise<void> {
  const { conversation, clock, random, wanted, pushed, ask } = options;
  while (!conversation.ended) {
    const asked = clock.now();
    const before = pushed();
    if (conversation.handle && wanted()) {
      const uneven = Math.floor(LINGER * (1 - fraction(random) / 5));
      await ask(conversation.carrier.sure ? LONG : uneven, conversation.signal).catch(
        () => undefined,
      );
    }
    const idle = pushed() === before && clock.now() - asked < PAUSE;
    if (idle) await pause(clock, PAUSE, conversation.signal);
  }
}
