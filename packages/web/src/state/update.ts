/** An old page reloads itself, once for each build that the server names, and never under a person's hands. */
import type { Answer, Outcome } from '../shell/messages.ts';

const KEY = 'polynya-reloaded-for';

/** A release that was not taken. */
export type Refused = Extract<Outcome, { outcome: 'refused' }>;

export interface UpdatePorts {
  /** This page's build; '' when it was not built. */
  readonly own: string;
  /** Has the service worker look for a newer release and take it. */
  take(): Promise<Answer | null>;
  /** Lives as long as the tab; null when the browser keeps nothing. */
  readonly memory: Storage | null;
  reload(): void;
}

/**
 * What to do when the server serves `build`: 'none', 'reload' at once, or 'tell' the person,
 * because something is being typed or sent, or because a reload did not bring it.
 */
export function updateFor(
  ports: UpdatePorts,
  build: string,
  busy: boolean,
): 'none' | 'reload' | 'tell' {
  if (build === '' || ports.own === '' || build === ports.own) return 'none';
  if (busy || ports.memory === null || ports.memory.getItem(KEY) === build) return 'tell';
  return 'reload';
}

/**
 * Takes the newer release and reloads, remembering for which build, so that it happens once. Answers what was refused:
 * then nothing is reloaded.
 */
export async function reloadFor(ports: UpdatePorts, build: string): Promise<Refused | undefined> {
  const answer = await ports.take();
  if (answer && 'outcome' in answer && answer.outcome === 'refused') return answer;
  ports.memory?.setItem(KEY, build);
  ports.reload();
  return undefined;
}
