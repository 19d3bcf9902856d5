/** The way back to a client on one connection, as the server's sessions see it. */

/** A session that uses a sink. */
export interface SinkUser {
  sinkClosed(sink: Sink): void;
  sinkDrained(sink: Sink): void;
}

/** Sessions that one connection serves (count). */
const USERS = 4;

export interface SinkOptions {
  readonly send: (envelope: Uint8Array) => void;
  /** Bytes that were sent and are still held in this process. */
  readonly backlog: () => number;
  /** Whether pushes may go out at any time (WebSocket), or only while the client lingers (POST). */
  readonly standing: boolean;
  /** Ends the connection, where it is one. */
  readonly end?: () => void;
}

export class Sink {
  readonly standing: boolean;
  readonly #send: (envelope: Uint8Array) => void;
  readonly #backlog: () => number;
  readonly #end: (() => void) | undefined;
  readonly #users = new Set<SinkUser>();
  #open = true;

  constructor(options: SinkOptions) {
    this.standing = options.standing;
    this.#send = options.send;
    this.#backlog = options.backlog;
    this.#end = options.end;
  }

  get open(): boolean {
    return this.#open;
  }

  send(envelope: Uint8Array): void {
    if (this.#open) this.#send(envelope);
  }

  /** As the server does with what is not for it. */
  end(): void {
    if (this.#open) this.#end?.();
  }

  backlog(): number {
    return this.#backlog();
  }

  /** Whether `user`, or one more if it is not given, may attach itself. */
  takes(user?: SinkUser): boolean {
    return this.#users.size < USERS || (user !== undefined && this.#users.has(user));
  }

  /** From now on `user` hears what becomes of this sink, which must take it. */
  attach(user: SinkUser): void {
    this.#users.add(user);
  }

  detach(user: SinkUser): void {
    this.#users.delete(user);
  }

  /** The carrier says that there is room again. */
  drained(): void {
    for (const user of this.#users) user.sinkDrained(this);
  }

  /** The connection is gone. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const user of this.#users) user.sinkClosed(this);
    this.#users.clear();
  }
}
