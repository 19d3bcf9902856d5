/** What one session has to answer. Most sessions are quiet, so it is made when something is asked and let go after. */
import type { Sink } from './sink.ts';

/** A call under way: where its answer goes and who waits for that. */
export interface Running {
  sink: Sink;
  readonly waiting: (() => void)[];
}

/** Most sessions never linger, and a Map costs as much as a step of the work. */
const NONE: ReadonlyMap<number, () => void> = new Map();

export class Underway {
  readonly running = new Map<number, Running>();
  #lingers: Map<number, () => void> | undefined;
  /** Called when what was answered has been handed to the sinks. */
  flushed: (() => void)[] = [];

  /** Of those under way, the requests that linger, the eldest first, and what stops their clocks. */
  get lingers(): ReadonlyMap<number, () => void> {
    return this.#lingers ?? NONE;
  }

  /** The request lingers; `cancel` stops its clock. */
  linger(id: number, cancel: () => void): void {
    this.#lingers ??= new Map();
    this.#lingers.set(id, cancel);
  }

  /** The request lingers no more. */
  endLinger(id: number): void {
    this.#lingers?.get(id)?.();
    this.#lingers?.delete(id);
  }

  get over(): boolean {
    return this.running.size === 0 && this.lingers.size === 0 && this.flushed.length === 0;
  }

  lingersOn(sink: Sink): boolean {
    for (const id of this.lingers.keys()) if (this.running.get(id)?.sink === sink) return true;
    return false;
  }

  /** Nobody hears any more when a request that lingers there ends. */
  sinkClosed(sink: Sink): void {
    for (const id of this.lingers.keys()) {
      if (this.running.get(id)?.sink !== sink) continue;
      this.endLinger(id);
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
