/** What one session has to answer. Most sessions are quiet, so it is made when something is asked and let go after. */
import type { Sink } from './sink.ts';

/** A call under way: where its answer goes and who waits for that. */
export interface Running {
  sink: Sink;
  readonly waiting: (() => void)[];
}

export class Underway {
  readonly running = new Map<number, Running>();
  /** Of those under way, the requests that linger, the eldest first, and what stops their clocks. */
  readonly lingers = new Map<number, () => void>();
  /** Called when what was answered has been handed to the sinks. */
  flushed: (() => void)[] = [];

  get over(): boolean {
    return this.running.size === 0 && this.lingers.size === 0 && this.flushed.length === 0;
  }

  lingersOn(sink: Sink): boolean {
    for (const id of this.lingers.keys()) if (this.running.get(id)?.sink === sink) return true;
    return false;
  }

  /** Nobody hears any more when a request that lingers there ends. */
  sinkClosed(sink: Sink): void {
    for (const [id, cancel] of this.lingers) {
      if (this.running.get(id)?.sink !== sink) continue;
      cancel();
      this.lingers.delete(id);
      this.running.delete(id);
    }
  }

  /** Nothing of it is answered any more; whoever waits is told. */
  end(): void {
    for (const cancel of this.lingers.values()) cancel();
    for (const { waiting } of this.running.values()) for (const tell of waiting) tell();
    for (const tell of this.flushed) tell();
  }
}
