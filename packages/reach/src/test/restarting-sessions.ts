/** A server that is killed and begins anew once, its logs kept, in virtual time: its sessions, and a carrier's half there. */
import type { ServerSessions } from '../server/server-sessions.ts';
import { startSessions } from './loopback.ts';
import type { ToyLogs } from './toy-log.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface Restarting<T> {
  /** Those that run now. */
  readonly sessions: ServerSessions;
  /** What leads to them. */
  readonly half: T;
}

/** @param at ms from now; null: never @param make what leads to new sessions; `before` led to those that end */
export async function restartingSessions<T>(
  logs: ToyLogs,
  clock: VirtualTime,
  at: number | null,
  make: (sessions: ServerSessions, before?: T) => T,
): Promise<Restarting<T>> {
  const first = await startSessions(logs, { clock });
  const running = { sessions: first, half: make(first) };
  if (at === null) return running;
  clock.setTimeout(() => {
    void startSessions(logs, { clock }).then((sessions) => {
      const half = make(sessions, running.half);
      running.sessions.stop();
      Object.assign(running, { sessions, half });
    });
  }, at);
  return running;
}
