/**
 * One writer per device: of all tabs, the one that holds a Web Lock (W3C Web Locks API) runs the
 * engine. It lives in the worker, so the lock is free exactly when nothing can write any more.
 */

/** The lock's name. */
export const WRITER = 'polynya-writer';

export interface Writing {
  /** This tab may write from now on. */
  begin(): Promise<void>;
  /** Another tab takes over: store what must be stored, and stop. */
  end(): Promise<void>;
  /** Another tab writes. */
  elsewhere(): void;
}

export interface Writer {
  /** From a tab that was told that another one writes: asks that one to let go, and begins once it has. */
  takeOver(): void;
}

/**
 * Begins to write as soon as no other tab does: at once, or when the other one closes, however often
 * they took over from each other before.
 * `channel` must be one on which all tabs of this origin hear each other, and nothing else.
 */
export function writeAlone(
  locks: LockManager,
  channel: BroadcastChannel,
  writing: Writing,
): Writer {
  /** What to do for a tab that takes over: where this one writes, to stop; where it waits, to wait behind that one. */
  let giveWay: (() => void) | undefined;

  const hold = async (lock: Lock | null): Promise<void> => {
    if (lock) {
      const asked = Promise.withResolvers<void>();
      giveWay = asked.resolve;
      await writing.begin();
      await asked.promise;
      await writing.end();
    }
    // While the lock is still held: the tab that asked comes first.
    queue();
    writing.elsewhere();
  };

  const queue = (): void => {
    const place = new AbortController();
    const { signal } = place;
    giveWay = () => {
      place.abort();
      queue();
    };
    locks.request(WRITER, { signal }, hold).catch((error: unknown) => {
      // Giving up the place in the queue is the only thing that ends the wait without the lock.
      if (!signal.aborted) throw error;
    });
  };

  channel.onmessage = () => giveWay?.();
  void locks.request(WRITER, { ifAvailable: true }, hold);

  return {
    // It waits already, and is the only one that keeps its place.
    takeOver: () => channel.postMessage('let go'),
  };
}
