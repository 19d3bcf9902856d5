/** What one session has to do with Web Push: it subscribes to logs, wakes others, and brings subscriptions along. */
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Request } from '@polynya/protocol/requests';
import type { SessionPort } from '@polynya/reach/server/session-handler';
import type { Access } from '../delivery/log-rules.ts';
import type { TokenBucket } from '../limits/token-bucket.ts';
import { OwnPlaces } from './own-places.ts';
import type { MemberOf, Push } from './push.ts';

/** A log that the session opened. */
export interface OpenedBy {
  readonly log: Uint8Array;
  readonly access: Access;
  /** What opened it, in letters of a byte each, which weigh less. */
  readonly secret: string;
}

type Of<Op extends Request['op']> = Extract<Request, { op: Op }>;

export class PushSession {
  readonly #port: SessionPort;
  readonly #load: (() => Promise<Push>) | undefined;
  readonly #report: (error: unknown) => void;
  /** Once this session has subscribed to something. */
  #subscribed: Push | undefined;
  #places: OwnPlaces | undefined;

  /** @param load where this server sends Web Push */
  constructor(
    port: SessionPort,
    load: (() => Promise<Push>) | undefined,
    report: (error: unknown) => void,
  ) {
    this.#port = port;
    this.#load = load;
    this.#report = report;
  }

  async key(): Promise<Uint8Array> {
    return (await this.#load?.())?.publicKey ?? new Uint8Array(0);
  }

  /**
   * @param fresh of places that nobody had in this log, for all sessions
   * @throws malformed, forbidden, too-big, rate, full
   */
  async subscribe(opened: OpenedBy, request: Of<'subscribe'>, fresh: TokenBucket): Promise<void> {
    const push = await this.#push();
    this.#places ??= new OwnPlaces();
    const places = this.#places;
    await push.subscribe(this.#member(opened), request, (row, leave) =>
      places.use(opened.log, row, fresh, leave),
    );
    this.#subscribed = push;
  }

  async unsubscribe(opened: OpenedBy, request: Of<'unsubscribe'>): Promise<void> {
    await (await this.#push()).unsubscribe(this.#member(opened), request);
  }

  /**
   * Tells those who are away once `said` is there for them, by and by: who says that it is worth it need not wait.
   * @throws forbidden
   */
  async wake(opened: OpenedBy, { except }: Of<'wake'>, said?: Promise<unknown>): Promise<void> {
    const push = await this.#load?.();
    const member = this.#member(opened);
    await Promise.all([push?.mayWake(member), said]);
    if (push) void this.#quietly(push.wake(member, except));
  }

  /** A Commit of this session's, made in `epoch`, shut somebody out. */
  closed(opened: OpenedBy, epoch: number): void {
    void this.#quietly(this.#load?.().then((push) => push.closed(this.#member(opened), epoch)));
  }

  /** Who opened a log anew in a later epoch knows both: what is sealed under the one goes under the other. */
  carry(before: OpenedBy, opened: OpenedBy): void {
    const [from, to] = [this.#member(before), this.#member(opened)];
    void this.#quietly(this.#load?.().then((push) => push.carry(from, to)));
  }

  heard(): void {
    this.#subscribed?.heard(this.#port);
  }

  end(): void {
    this.#subscribed?.gone(this.#port);
  }

  #member({ log, access, secret }: OpenedBy): MemberOf {
    return { port: this.#port, log, access, secret: Buffer.from(secret, 'latin1') };
  }

  /** @throws forbidden where this server sends nothing */
  #push(): Promise<Push> {
    if (!this.#load) throw new ProtocolError('forbidden', 'this server sends no Web Push');
    return this.#load();
  }

  /** What nobody waits for. */
  async #quietly(work: Promise<void> | undefined): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#report(error);
    }
  }
}
