/** Somewhere where devices hear each other's beacons and call each other: a network, or what leads to one other device. */
import type { Pipe } from './pipe.ts';

export interface Place {
  /** Where calls come in there, as beacons say it; 0 where nobody needs to know. */
  readonly port: number;
  /** Connections there that have proven nothing yet, each way (count). */
  readonly strangers: number;
  /** Says a beacon to all who are there. */
  tell(beacon: Uint8Array): void;
  close(): void | Promise<void>;
}

/** Who is told what comes at a place. */
export interface Visited {
  /** @param call whoever said that, at the port that they say */
  heard(beacon: Uint8Array, call: (port: number) => Pipe, at: Place): void;
  /** Listens to the pipe before it returns. */
  called(pipe: Pipe, at: Place): void;
}
