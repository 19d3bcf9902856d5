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
  /** Asks the tab that writes to let go, and begins once it has. */
  takeOver(): void;
}

/**
 * Begins to write as soon as no other tab does: at once, or when the other one closes.
 * `channel` must be one on which all tabs of this origin hear each other, and nothing else.
 */
export function writeAlone(
  locks: LockManager,
  channel: BroadcastChannel,
  writing: Writing,
): Writer {
  let waiting = new AbortController();
  let letGo: (() => Promise<void>) | undefined;

  const hold = async (lock: Lock | null): Promise<void> => {
    if (!lock) {
      writing.elsewhere();
      queue();
      return;
    }
    const released = Promise.withResolvers<void>();
    const begun = writing.begin();
    letGo = async () => {
      letGo = undefined;
      await begun;
      await writing.end();
      released.resolve();
      writing.elsewhere();
    };
    await released.promise;
  };

  const queue = (): void => {
    waiting = new AbortController();
    const { signal } = waiting;
    locks.request(WRITER, { signal }, hold).catch((error: unknown) => {
      // Giving up the place in the queue is the only thing that ends the wait without the lock.
      if (!signal.aborted) throw error;
    });
  };

  // Whoever else waits steps back too, so that the lock goes to the tab where the person is.
  channel.onmessage = () => {
    waiting.abort();
    void letGo?.();
  };
  void locks.request(WRITER, { ifAvailable: true }, hold);

  return {
    takeOver() {
      waiting.abort();
      channel.postMessage('let go');
      queue();
    },
  };
}
