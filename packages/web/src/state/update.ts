/** An old page reloads itself, once for each build that the server names, and never under a person's hands. */

const KEY = 'polynya-reloaded-for';

export interface UpdatePorts {
  /** This page's build; '' when it was not built. */
  readonly own: string;
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

/** Reloads, remembering for which build, so that it happens once. */
export function reloadFor(ports: UpdatePorts, build: string): void {
  ports.memory?.setItem(KEY, build);
  ports.reload();
}
