/**
 * What a load says to a system, whatever it speaks: the same few words for all, so that all do the same
 * work. Texts have no names: they come in the order in which they were said, and are counted.
 */

/** Told how many texts were just delivered to one recipient. */
export type Heard = (texts: number) => void;

export interface Speaker {
  /** Says one text; the next may follow before this one was delivered. */
  say(): void;
}

/** Texts for somebody who is away. */
export interface Backlog {
  /** Resolves when the recipient came back and has all of them. */
  drain(): Promise<void>;
}

/** Bytes of the application's layer: what goes over TCP, heads of TCP and IP aside. */
export interface Traffic {
  readonly up: number;
  readonly down: number;
}

export interface Dialect {
  /** Resolves when the system answers in its own protocol; rejects while it does not. */
  greet(): Promise<void>;
  /** Two people online, numbered apart from all other pairs, one of whom says texts of `bytes` to the other. */
  pair(number: number, bytes: number, heard: Heard): Promise<Speaker>;
  /** A room of `members` online, one of whom says texts of `bytes`; `heard` is called for each member, the speaker too. */
  room(members: number, bytes: number, heard: Heard): Promise<Speaker>;
  /** Says so many texts to somebody who is away, and resolves when the system has them. */
  backlog(number: number, texts: number, bytes: number): Promise<Backlog>;
  /** Somebody who is online, watches what is theirs, and is quiet. */
  idler(number: number): Promise<void>;
  /** Bytes of all connections since the dialect was made. */
  traffic(): Traffic;
  /** Ends all connections. */
  close(): void;
}
