/** Locks the page when the person was away for so long: counted by the clock of the day, which goes on while a device sleeps. */

import { SHUT } from '../engine/phases.ts';

const KEY = 'polynya-auto-lock';
/** Minutes; 0: never by itself. */
export const CHOICES = [0, 1, 5, 60] as const;
const MINUTE = 60_000;
/** ms: how often it is looked, while the page runs at all. */
const LOOK = 5_000;

export const lockAfter = (): number => Number(localStorage.getItem(KEY) ?? 0);
export const setLockAfter = (minutes: number): void => localStorage.setItem(KEY, `${minutes}`);

/** Locks every tab, this one among them. */
export const shut = (): void => new BroadcastChannel(SHUT).postMessage('');

export interface Away {
  /** Somebody did something. */
  here(): void;
  /** ms */
  time(): number;
}

/**
 * Time since somebody was there. A clock that is set back gives none back: then the steady one counts, which may
 * stand still in sleep.
 */
export function away(now: () => number, steady: () => number): Away {
  let [last, lastSteady] = [now(), steady()];
  return {
    here() {
      [last, lastSteady] = [now(), steady()];
    },
    time: () => Math.max(now() - last, steady() - lastSteady),
  };
}

/**
 * Calls `lock` once nobody was there for as long as was chosen. What is returned ends it. Whoever comes back too late
 * sees nothing of the page any more.
 */
export function watchAway(lock: () => void): () => void {
  const absence = away(
    () => Date.now(),
    () => performance.now(),
  );
  const look = () => {
    // Whoever speaks touches nothing.
    if (document.querySelector('.voice-dot')) absence.here();
    const minutes = lockAfter();
    if (minutes === 0 || absence.time() < minutes * MINUTE) return false;
    document.documentElement.hidden = true;
    lock();
    return true;
  };
  const acted = () => {
    // The first key after a long sleep finds the door shut.
    if (!look()) absence.here();
  };
  const seen = () => void look();
  const timer = setInterval(look, LOOK);
  const acts = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;
  for (const act of acts) addEventListener(act, acted, { capture: true, passive: true });
  document.addEventListener('visibilitychange', seen);
  addEventListener('focus', seen);
  return () => {
    clearInterval(timer);
    for (const act of acts) removeEventListener(act, acted, { capture: true });
    document.removeEventListener('visibilitychange', seen);
    removeEventListener('focus', seen);
  };
}
