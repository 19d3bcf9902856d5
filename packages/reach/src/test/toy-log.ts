/** The least log that the tests of sessions and carriers need: dense, idempotent, watched. In memory. */

import { toHex } from '@polynya/protocol/bytes';
import type { Cbor } from '@polynya/protocol/cbor';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { type Entry, type Request, results } from '@polynya/protocol/requests';
import type {
  Outcome,
  SessionHandler,
  SessionLogic,
  SessionPort,
} from '../server/session-handler.ts';

export class ToyLogs implements SessionHandler {
  readonly entries = new Map<string, Entry[]>();
  readonly watchers = new Set<ToySession>();
  /** Calls that were handed over, by op. */
  readonly counts = new Map<string, number>();
  /** How long answers take. */
  delay: () => Promise<void> = () => Promise.resolve();
  /** Pushes are lost on their way. */
  muted = false;
  /** Sessions that began, and that ended. */
  opened = 0;
  ended = 0;

  open(port: SessionPort): SessionLogic {
    this.opened++;
    return new ToySession(this, port);
  }

  log(id: Uint8Array): Entry[] {
    const key = toHex(id);
    let entries = this.entries.get(key);
    if (!entries) {
      entries = [];
      this.entries.set(key, entries);
    }
    return entries;
  }
}

class ToySession implements SessionLogic {
  readonly #logs: ToyLogs;
  readonly port: SessionPort;
  readonly #opened = new Map<number, Uint8Array>();
  readonly #watched = new Set<number>();

  constructor(logs: ToyLogs, port: SessionPort) {
    this.#logs = logs;
    this.port = port;
    logs.watchers.add(this);
  }

  call(request: Request, answered: (outcome: Outcome) => void): void {
    this.#call(request).then(answered, answered);
  }

  async #call(request: Request): Promise<Cbor> {
    this.#logs.counts.set(request.op, (this.#logs.counts.get(request.op) ?? 0) + 1);
    const value = this.#answer(request);
    await this.#logs.delay();
    return value;
  }

  end(): void {
    this.#logs.watchers.delete(this);
    this.#logs.ended++;
  }

  told(log: Uint8Array, item: { entries: Entry[] } | { body: Uint8Array }): void {
    if (this.#logs.muted) return;
    for (const n of this.#watched) {
      if (toHex(this.#opened.get(n) ?? log) !== toHex(log)) continue;
      this.port.push(
        'body' in item ? { item: 'signal', n, ...item } : { item: 'push', n, ...item },
      );
    }
  }

  #answer(request: Request): Cbor {
    if (request.op === 'open') {
      if (request.secret.every((byte) => byte === 0)) throw new ProtocolError('not-found');
      this.#opened.set(request.n, request.log);
      return this.#state(request.n);
    }
    if (!('n' in request)) throw new ProtocolError('not-found');
    const id = this.#opened.get(request.n);
    if (!id) throw new ProtocolError('unopened');
    const log = this.#logs.log(id);
    switch (request.op) {
      case 'append': {
        const fresh = request.entries.filter((one) => !log.some((old) => same(old.id, one.id)));
        const added = fresh.map((one, i) => ({
          ...one,
          seq: log.length + 1 + i,
          kind: 0,
          turn: null,
        }));
        log.push(...added);
        if (added.length > 0)
          for (const one of this.#logs.watchers) one.told(id, { entries: added });
        const seqs = request.entries.map((one) => log.findIndex((e) => same(e.id, one.id)) + 1);
        return results.append.encode({ seqs });
      }
      case 'read': {
        const entries = log.slice(request.from - 1, request.from + 9);
        return results.read.encode({ entries, head: log.length, first: 1 });
      }
      case 'watch':
        this.#watched.add(request.n);
        return this.#state(request.n);
      case 'unwatch':
        this.#watched.delete(request.n);
        return [];
      case 'signal':
        for (const one of this.#logs.watchers) one.told(id, { body: request.body });
        return [];
      default:
        throw new ProtocolError('forbidden');
    }
  }

  #state(n: number): Cbor {
    const head = this.#logs.log(this.#opened.get(n) ?? new Uint8Array(16)).length;
    return results.watch.encode({ head, first: 1, epoch: 0, role: 0, upTo: null, low: [] });
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return toHex(a) === toHex(b);
}
