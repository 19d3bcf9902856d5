/** The way back to a client on one connection, as the server's sessions see it. */

/** A session that uses a sink. */
export interface SinkUser {
  sinkClosed(sink: Sink): void;
  sinkDrained(sink: Sink): void;
}

/** Sessions that one connection serves (count). */
const USERS = 4;
const NOBODY: readonly SinkUser[] = [];

/** What a sink leads into. */
export interface SinkWay {
  send(envelope: Uint8Array): void;
  /** Bytes that were sent and are still held in this process. */
  backlog(): number;
  /** Whether pushes may go out at any time (WebSocket), or only while the client lingers (POST). */
  readonly standing: boolean;
  /** Ends the connection, where it is one. */
  end?(): void;
}

export class Sink {
  readonly #way: SinkWay;
  /** Few, and as a list lighter than as a set. */
  #users: readonly SinkUser[] = NOBODY;
  #open = true;

  constructor(way: SinkWay) {
    this.#way = way;
  }

  get standing(): boolean {
    return this.#way.standing;
  }

  get open(): boolean {
    return this.#open;
  }

  send(envelope: Uint8Array): void {
    if (this.#open) this.#way.send(envelope);
  }

  /** As the server does with what is not for it. */
  end(): void {
    if (this.#open) this.#way.end?.();
  }

  backlog(): number {
    return this.#way.backlog();
  }

  /** Whether `user`, or one more if it is not given, may attach itself. */
  takes(user?: SinkUser): boolean {
    return this.#users.length < USERS || (user !== undefined && this.#users.includes(user));
  }

  /** From now on `user` hears what becomes of this sink, which must take it. */
  attach(user: SinkUser): void {
    if (!this.#users.includes(user)) this.#users = this.#users.concat(user);
  }

  detach(user: SinkUser): void {
    this.#users = this.#users.filter((one) => one !== user);
  }

  /** The carrier says that there is room again. */
  drained(): void {
    for (const user of this.#users) user.sinkDrained(this);
  }

  /** The connection is gone. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    const users = this.#users;
    this.#users = NOBODY;
    for (const user of users) user.sinkClosed(this);
  }
}
