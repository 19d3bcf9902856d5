/** Puts writers off while the server's data moves to another database; who reads and watches goes on. */
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Op, Request } from '@polynya/protocol/requests';
import type {
  Outcome,
  SessionHandler,
  SessionLogic,
  SessionPort,
} from '@polynya/reach/server/session-handler';
import { type Between, SessionThrough } from '../delivery/session-through.ts';
import { StorageError } from '../engine/engine.ts';
import { InProgress } from '../in-progress.ts';

/** What a writer is told to wait, in ms. */
const AGAIN_MS = 5_000;

/** All others leave the database as it is. */
const READS: ReadonlySet<Op> = new Set([
  ...(['open', 'read', 'watch', 'unwatch', 'signal', 'get', 'stat', 'allowance'] as const),
  ...(['endpoints', 'follow', 'handles', 'linger', 'bye'] as const),
]);

export class WriteGate implements SessionHandler, Between {
  readonly #inner: SessionHandler;
  #closed = false;
  readonly #writes = new InProgress();

  constructor(inner: SessionHandler) {
    this.#inner = inner;
  }

  open(port: SessionPort): SessionLogic {
    return new SessionThrough(this, this.#inner.open(port));
  }

  /** Asks `logic`; for what changes the database only if the gate is open. */
  call(logic: SessionLogic, request: Request, answered: (outcome: Outcome) => void): void {
    if (READS.has(request.op)) {
      logic.call(request, answered);
      return;
    }
    if (this.#closed) {
      answered(readOnly());
      return;
    }
    this.#writes.begin();
    logic.call(request, (outcome) => {
      this.#writes.end();
      answered(outcome);
    });
  }

  /** Runs what changes the database. Rejects with `busy` while the gate is closed. */
  write<T>(run: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(readOnly());
    this.#writes.begin();
    return run().finally(() => this.#writes.end());
  }

  /** From now on nothing is written; resolves when nothing is being written. @throws StorageError if it is closed */
  async close(): Promise<void> {
    if (this.#closed) throw new StorageError('in-use', 'The data is being moved, or was moved.');
    this.#closed = true;
    await this.#writes.none();
  }

  reopen(): void {
    this.#closed = false;
  }
}

const readOnly = () => new ProtocolError('busy', 'read-only: the data moves', AGAIN_MS);
