/**
 * TLS to one host by two hellos, Node's own and the one this program offers otherwise: the second one begins while the
 * first is waited for, so that a line may be slow without the whole look taking long.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { HostSeen, Notes } from '@polynya/messenger/line/diagnosis';
import { tlsStep } from './steps.ts';

/** When the second one begins if nothing came to the first, ms. */
const BESIDE = 4_000;

/**
 * For how long nothing may come before that is silence, ms. `usual`: on a line at its slowest. `quick`: where it has just
 * brought another answer from there at once. `again`: where it has just brought this very answer at once.
 */
export const PATIENCE = { usual: 12_000, quick: 8_000, again: 4_000 };

/**
 * @param patience ms that the first may be silent; the second has what is left of that when it begins
 * @param beside when it begins, ms
 */
export async function greetings(
  notes: Notes,
  host: string,
  port: number,
  patience: number = PATIENCE.usual,
  beside = BESIDE,
): Promise<Pick<HostSeen, 'tls' | 'otherHello'>> {
  const [overFirst, overSecond] = [new AbortController(), new AbortController()];
  let heard = false;
  const onHeard = () => {
    heard = true;
  };
  const first = notes.take(
    ...(['tls', host, port] as const),
    tlsStep(host, port, 'nodes', { patience, over: overFirst.signal, onHeard }),
  );
  const second = () => {
    const left = { patience: Math.max(beside, patience - beside), over: overSecond.signal };
    return notes.take('tls', host, port, tlsStep(host, port, 'ours', left));
  };
  const early = await Promise.race([first, pause(beside, null, { ref: false })]);
  if (early !== null || heard) {
    const tls = early ?? (await first);
    return { tls, otherHello: tls === 'silent' || tls === 'reset' ? await second() : null };
  }
  const [tls, otherHello] = await Promise.all([
    first.then((step) => {
      if (step === 'ok') overSecond.abort();
      return step;
    }),
    second().then((step) => {
      // It went by the one that had less time.
      if (step === 'ok' && !heard) overFirst.abort();
      return step;
    }),
  ]);
  return { tls, otherHello: tls === 'ok' ? null : otherHello };
}
