/** A sealed session over one carrier (docs/protocol.md, sections 3 and 4): asks until it is answered. */

import type { Carrier } from './carriers.ts';
import { bytes, type Cbor, list, Malformed, text, uint } from './cbor.ts';
import {
  type AccessRecord,
  firstFlight,
  openDown,
  ReplayWindow,
  readRecord,
  recordRequest,
  type SessionKeys,
  sealUp,
} from './envelopes.ts';
import { type Entry, entryOf, linger, type Request } from './requests.ts';

/** The server said no: `code` as in protocol-error.ts. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: number;

  constructor(code: number, note: string) {
    super(`refused with ${code}: ${note}`);
    this.code = code;
  }
}

/** `lost`: the server knows the handle, not the session. `refused`: it answered as a web site does. */
export class SessionEnded extends Error {
  override readonly name = 'SessionEnded';
  readonly why: 'lost' | 'refused' | 'silent' | 'closed';

  constructor(why: SessionEnded['why']) {
    super(`the session ended: ${why}`);
    this.why = why;
  }
}

/** What comes unasked, of the log that this session opened as `n`. */
export interface Listener {
  push?: (n: number, entries: Entry[]) => void;
  nudge?: (n: number, head: number) => void;
  signal?: (n: number, body: Uint8Array) => void;
}

interface Pending {
  resolve(value: Cbor[]): void;
  reject(error: Error): void;
}

const PATIENCE_MS = 3_000;
const TRIES = 5;

/** Asks for the server's access record until it comes. Throws SessionEnded. */
export async function fetchRecord(carrier: Carrier, identity: Uint8Array): Promise<AccessRecord> {
  return insist(carrier, () => {
    const { envelope, answerTag } = recordRequest(identity);
    const receive = (answer: Uint8Array) =>
      answerTag.equals(answer.subarray(0, 16))
        ? readRecord(answer.subarray(16), identity, Date.now() / 1000)
        : undefined;
    return { envelope, receive };
  });
}

/** Sends what `make` gives, anew after each silence, until `receive` has made something of an envelope. */
async function insist<T>(
  carrier: Carrier,
  make: () => { envelope: Uint8Array; receive: (envelope: Uint8Array) => T | undefined },
): Promise<T> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { envelope, receive } = make();
    const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
    const timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
    carrier.refused = () => reject(new SessionEnded('refused'));
    carrier.receive = (answer) => {
      const value = dropMalformed(() => receive(answer));
      if (value !== undefined) resolve(value);
    };
    carrier.send(envelope);
    const result = await promise.finally(() => clearTimeout(timer));
    if (result !== undefined) return result;
  }
  throw new SessionEnded('silent');
}

/** What `read` makes of an envelope; undefined, as if the envelope had been lost, if it is malformed. */
function dropMalformed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

export class Session {
  #carrier: Carrier;
  #handle: Uint8Array = Buffer.alloc(0);
  /** Handles that no connection has used, and the tokens of all. */
  readonly #handles: Uint8Array[];
  readonly #tokens: Buffer[];
  readonly #keys: SessionKeys;
  readonly #listener: Listener;
  readonly #window = new ReplayWindow();
  readonly #pending = new Map<number, Pending>();
  #seq = 0;
  #nextId = 0;
  #ended: SessionEnded | undefined;

  /**
   * Agrees a session, `requests` in the first flight; `answers` has a result or a Refusal for each.
   * Throws SessionEnded, and Refusal (39) if no version is shared.
   */
  static async start(
    carrier: Carrier,
    identity: Uint8Array,
    record: AccessRecord,
    requests: Request[] = [],
    listener: Listener = {},
  ): Promise<{ session: Session; answers: (Cbor[] | Refusal)[] }> {
    const key = record.keys.find(({ until }) => until > Date.now() / 1000);
    if (!key) throw new Malformed('a record whose keys are all past');
    const calls = requests.map((request, id) => [id, request]);
    const { keys, reply } = await insist(carrier, () => {
      const flight = firstFlight(identity, key.key, calls);
      return { envelope: flight.envelope, receive: flight.openReply };
    });
    const [version, , , , handles, items] = reply;
    if (version !== 1) throw new Refusal(39, 'no version is shared');
    const session = new Session(carrier, keys, list(handles), listener);
    const answers = requests.map((request) =>
      session.#call(request, PATIENCE_MS).catch((error: unknown) => {
        if (error instanceof Refusal) return error;
        throw error;
      }),
    );
    for (const item of list(items)) session.#take(item);
    return { session, answers: await Promise.all(answers) };
  }

  private constructor(carrier: Carrier, keys: SessionKeys, handles: Cbor[], listener: Listener) {
    this.#carrier = carrier;
    this.#keys = keys;
    this.#handles = handles.map((item) => bytes(list(item, 2)[0], 16));
    this.#tokens = handles.map((item) => Buffer.from(bytes(list(item, 2)[1], 16)));
    this.#listener = listener;
    this.moveTo(carrier);
  }

  /** Goes on over another connection, under a handle that no connection has used. */
  moveTo(carrier: Carrier): void {
    const handle = this.#handles.shift();
    if (!handle) throw new RangeError('no handle is left: this client does not ask for more');
    this.#handle = handle;
    this.#carrier = carrier;
    this.#ended = undefined;
    carrier.receive = (envelope) => dropMalformed(() => this.#receive(envelope));
    carrier.refused = () => this.#end('refused');
  }

  /** The fields of the result of `request`, asked again after each silence. Throws Refusal and SessionEnded. */
  async ask(request: Request, patienceMs = PATIENCE_MS): Promise<Cbor[]> {
    const answer = this.#call(request, patienceMs);
    this.#send(this.#nextId - 1, request);
    return answer;
  }

  /** Over POST, keeps one request waiting at the server so that pushes and signals have a way down. */
  async listen(): Promise<void> {
    const ms = 20_000;
    while (this.#carrier.mustLinger && !this.#ended) await this.ask(linger(ms), ms + PATIENCE_MS);
  }

  close(): void {
    this.#end('closed');
    this.#carrier.close();
  }

  /** Waits for the answer to a request under the next id, and sends it when there was silence. */
  #call(request: Request, patienceMs: number): Promise<Cbor[]> {
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<Cbor[]>();
    this.#pending.set(id, { resolve, reject });
    let tries = 1;
    const timer = setInterval(() => {
      tries += 1;
      if (tries > TRIES) reject(new SessionEnded('silent'));
      else this.#send(id, request);
    }, patienceMs);
    return promise.finally(() => {
      clearInterval(timer);
      this.#pending.delete(id);
    });
  }

  #send(id: number, request: Request): void {
    if (this.#ended) this.#pending.get(id)?.reject(this.#ended);
    else this.#carrier.send(sealUp(this.#keys, this.#handle, this.#seq++, [[id, request]]));
  }

  #receive(envelope: Uint8Array): void {
    if (this.#tokens.some((token) => token.equals(envelope.subarray(0, 16)))) {
      this.#end('lost');
      return;
    }
    const opened = openDown(this.#keys, envelope);
    if (!opened || !this.#window.accept(opened.seq)) return;
    for (const item of opened.items) this.#take(item);
  }

  #take(item: Cbor): void {
    const [kind, first, second, , note] = list(item);
    const number = uint(first);
    const pending = this.#pending.get(number);
    if (kind === 0) pending?.resolve(list(second));
    if (kind === 1) pending?.reject(new Refusal(uint(second), text(note)));
    if (kind === 2) this.#listener.push?.(number, list(second).map(entryOf));
    if (kind === 3) this.#listener.nudge?.(number, uint(second));
    if (kind === 4) this.#listener.signal?.(number, bytes(second));
  }

  #end(why: SessionEnded['why']): void {
    this.#ended ??= new SessionEnded(why);
    for (const { reject } of this.#pending.values()) reject(this.#ended);
  }
}
