/** A client as small as the wire allows: one connection, one session, no retries. What is not answered rejects. */
import { decodeAccessRecord, decodeAccessRecordBody } from '@polynya/protocol/access-record';
import { recordRequest } from '@polynya/protocol/envelope';
import { PROTOCOL_VERSION } from '@polynya/protocol/limits';
import { errorName, ProtocolError } from '@polynya/protocol/protocol-error';
import {
  type Item,
  type Op,
  type PushItem,
  type Request,
  type Result,
  results,
} from '@polynya/protocol/requests';
import type { Codec } from '@polynya/protocol/schema';
import type { Carrier, CarrierFactory } from '@polynya/reach/carriers/carrier';
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { ClientSession } from '@polynya/reach/client/client-session';
import { systemRandom } from '@polynya/reach/clock';

/** The connection ended before the answer came. */
export class Lost extends Error {}

interface Waiting {
  readonly op: Op;
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

export class WireClient {
  /** Hears what comes unasked. */
  onPush: (item: PushItem) => void = () => undefined;
  readonly #carrier: Carrier;
  readonly #session: ClientSession;
  readonly #handle: Uint8Array;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #lost = false;
  #queue: Promise<void> = Promise.resolve();

  private constructor(carrier: Carrier, session: ClientSession, handle: Uint8Array) {
    this.#carrier = carrier;
    this.#session = session;
    this.#handle = handle;
    carrier.onEnvelope = (envelope) => {
      this.#queue = this.#queue.then(() => this.#take(envelope));
    };
    carrier.onClose = () => {
      this.#lost = true;
      // What came before the end is still being opened.
      this.#queue = this.#queue.then(() => this.#lose());
    };
  }

  static async connect(
    endpoint: string,
    identity: Uint8Array,
    factory: CarrierFactory = webSocketCarrier,
  ): Promise<WireClient> {
    const carrier = await factory.open(endpoint, AbortSignal.timeout(10_000));
    const hear = () =>
      new Promise<Uint8Array>((resolve, reject) => {
        carrier.onEnvelope = resolve;
        carrier.onClose = () => reject(new Lost());
      });
    const record = hear();
    carrier.send(recordRequest(identity, systemRandom(16), systemRandom(224)));
    const { body } = decodeAccessRecord((await record).subarray(16));
    const [serverKey] = decodeAccessRecordBody(body).keys;
    if (!serverKey) throw new Error('a record without keys');
    const { session, firstFlight } = await ClientSession.begin({
      identity,
      serverKey: serverKey.key,
      versions: [PROTOCOL_VERSION],
      calls: [],
      random: systemRandom,
    });
    const reply = hear();
    carrier.send(firstFlight);
    if (!(await session.openFirstReply(await reply))) throw new Error('not the first reply');
    const handle = session.takeHandle();
    if (!handle) throw new Error('no handle');
    return new WireClient(carrier, session, handle);
  }

  /** Sends these requests in one envelope; each has its own answer. */
  async send(requests: readonly Request[]): Promise<PromiseSettledResult<unknown>[]> {
    if (this.#lost) throw new Lost();
    const calls = requests.map((request) => ({ id: ++this.#last, request }));
    const answers = calls.map(
      ({ id, request: { op } }) =>
        new Promise((resolve, reject) => this.#waiting.set(id, { op, resolve, reject })),
    );
    const settled = Promise.allSettled(answers);
    this.#carrier.send(await this.#session.seal(this.#handle, calls));
    return settled;
  }

  async ask<O extends Op>(op: O, fields: Omit<Extract<Request, { op: O }>, 'op'>) {
    const [answer] = await this.send([{ op, ...fields } as unknown as Request]);
    if (answer?.status !== 'fulfilled') throw answer?.reason;
    return answer.value as Result<O>;
  }

  close(): void {
    this.#carrier.close();
    this.#lose();
  }

  async #take(envelope: Uint8Array): Promise<void> {
    const items = await this.#session.open(envelope);
    if (!items && this.#session.isReset(envelope)) this.close();
    for (const item of items ?? []) this.#settle(item);
  }

  #settle(item: Item): void {
    if (item.item !== 'answer' && item.item !== 'refusal') {
      this.onPush(item);
      return;
    }
    const waiting = this.#waiting.get(item.id);
    this.#waiting.delete(item.id);
    if (item.item === 'refusal') {
      waiting?.reject(new ProtocolError(errorName(item.code), item.note, item.retryAfter));
    } else if (waiting) {
      const codec = results[waiting.op] as unknown as Codec<unknown>;
      waiting.resolve(codec.decode(item.value) as never);
    }
  }

  #lose(): void {
    this.#lost = true;
    for (const { reject } of this.#waiting.values()) reject(new Lost());
    this.#waiting.clear();
  }
}
