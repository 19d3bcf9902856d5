/** A server that is measured: how it is started, and who speaks its protocol. */
import type { Dialect } from '../dialects/dialect.ts';

export interface Running {
  readonly pid: number;
  /** From the start of its program to its first answer, in ms. */
  readonly readyMs: number;
  /** A load of its own for each work; all see the same server. */
  dialect(): Dialect;
  /** Ends the server and waits for it. */
  stop(): Promise<void>;
}

export interface System {
  readonly name: string;
  /** What Debian calls it; undefined for what comes with this repository. */
  readonly package?: { readonly name: string; readonly program: string };
  /** Whether it keeps texts for who is away, so many that it can be measured. */
  readonly keeps: boolean;
  /** Made once before the runs, in a folder of its own: accounts, for instance. */
  prepare(folder: string): Promise<void>;
  /** Starts it on an empty copy of what was prepared; resolves when it answers. */
  start(prepared: string, folder: string): Promise<Running>;
}
