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
import { linger, type Request } from './requests.ts';

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

/** What comes unasked, as the fields of `push`, `nudge` and `signal`, without their number. */
export interface Listener {
  push?: (n: number, entries: Cbor[]) => void;
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
    let timer: ReturnType<typeof setTimeout> | undefined;
    const result = await new Promise<T | undefined>((resolve, reject) => {
      timer = setTimeout(resolve, PATIENCE_MS);
      carrier.refused = () => reject(new SessionEnded('refused'));
      carrier.receive = (answer) => {
        const value = dropMalformed(() => receive(answer));
        if (value !== undefined) resolve(value);
      };
      carrier.send(envelope);
    }).finally(() => clearTimeout(timer));
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
  readonly handle: Uint8Array;
  readonly #token: Buffer;
  readonly #carrier: Carrier;
  readonly #keys: SessionKeys;
  readonly #listener: Listener;
  readonly #window = new ReplayWindow();
  readonly #pending = new Map<number, Pending>();
  #seq = 0;
  #nextId: number;
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
    const key = record.keys[0];
    if (!key) throw new Malformed('a record without a key');
    const calls = requests.map((request, id) => [id, request]);
    const { keys, reply } = await insist(carrier, () => {
      const flight = firstFlight(identity, key.key, calls);
      return { envelope: flight.envelope, receive: flight.openReply };
    });
    const [version, , , , handles, items] = reply;
    if (version !== 1) throw new Refusal(39, 'no version is shared');
    const [handle, token] = list(list(handles)[0], 2);
    const session = new Session(carrier, keys, bytes(handle, 16), bytes(token, 16), listener);
    session.#nextId = requests.length;
    const answers = calls.map(([id]) =>
      new Promise<Cbor[]>((resolve, reject) => {
        session.#pending.set(id as number, { resolve, reject });
      }).catch((error) => {
        if (error instanceof Refusal) return error;
        throw error;
      }),
    );
    for (const item of list(items)) session.#take(item);
    return { session, answers: await Promise.all(answers) };
  }

  private constructor(
    carrier: Carrier,
    keys: SessionKeys,
    handle: Uint8Array,
    token: Uint8Array,
    listener: Listener,
  ) {
    this.#carrier = carrier;
    this.#keys = keys;
    this.handle = handle;
    this.#token = Buffer.from(token);
    this.#listener = listener;
    this.#nextId = 0;
    carrier.receive = (envelope) => dropMalformed(() => this.#receive(envelope));
    carrier.refused = () => this.#end('refused');
  }

  /** The fields of the result of `request`, asked again after each silence. Throws Refusal and SessionEnded. */
  async ask(request: Request, patienceMs = PATIENCE_MS): Promise<Cbor[]> {
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = new Promise<Cbor[]>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
    });
    let tries = 0;
    const send = () => {
      tries += 1;
      if (this.#ended || tries > TRIES) return this.#end('silent');
      this.#carrier.send(sealUp(this.#keys, this.handle, this.#seq, [[id, request]]));
      this.#seq += 1;
    };
    send();
    const timer = setInterval(send, patienceMs);
    return answer.finally(() => {
      clearInterval(timer);
      this.#pending.delete(id);
    });
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

  #receive(envelope: Uint8Array): void {
    if (this.#token.equals(envelope.subarray(0, 16))) return this.#end('lost');
    const opened = openDown(this.#keys, envelope);
    if (!opened || !this.#window.accept(opened.seq)) return;
    for (const item of opened.items) this.#take(item);
  }

  #take(item: Cbor): void {
    const [kind, ...fields] = list(item);
    const number = uint(fields[0]);
    if (kind === 0) this.#pending.get(number)?.resolve(list(fields[1]));
    if (kind === 1)
      this.#pending.get(number)?.reject(new Refusal(uint(fields[1]), text(fields[3])));
    if (kind === 2) this.#listener.push?.(number, list(fields[1]));
    if (kind === 3) this.#listener.nudge?.(number, uint(fields[1]));
    if (kind === 4) this.#listener.signal?.(number, bytes(fields[1]));
  }

  #end(why: SessionEnded['why']): void {
    this.#ended ??= new SessionEnded(why);
    for (const { reject } of this.#pending.values()) reject(this.#ended);
  }
}
