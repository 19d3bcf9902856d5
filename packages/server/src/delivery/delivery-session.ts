/** One session of the delivery service: each request of docs/protocol.md section 4, asked of the engine. */

import type { Cbor } from '@polynya/protocol/cbor';
import { LIMITS } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { type NewEntry, type Request, type Result, results } from '@polynya/protocol/requests';
import { keyOf } from '@polynya/reach/key-of';
import type { Outcome, SessionLogic, SessionPort } from '@polynya/reach/server/session-handler';
import { type Engine, StorageError } from '../engine/engine.ts';
import { sha256, withdrawalTag } from '../kept/secret-hashes.ts';
import { Fare, limited, TokenBucket } from '../limits/token-bucket.ts';
import { PushSession } from '../push/push-session.ts';
import type { Shared } from './delivery.ts';
import type { Access } from './log-rules.ts';
import { Opened, OpenLogs } from './open-logs.ts';
import { asOwn } from './watchers.ts';

const HOUR = 3_600_000;
/** What a client whose request met a failing storage is told to wait. */
const BUSY_MS = 5_000;

type Of<Op extends Request['op']> = Extract<Request, { op: Op }>;

export class DeliverySession implements SessionLogic {
  readonly #engine: Engine;
  readonly #shared: Shared;
  readonly #port: SessionPort;
  #push: PushSession | undefined;
  readonly #makes: TokenBucket;
  readonly #logs = new OpenLogs();
  /** Ends with the `read` that was asked for last, while one is under way. */
  #reading: Promise<unknown> | undefined;
  /** The `append` that was asked for last, while it is under way. */
  #appending: Promise<unknown> | undefined;
  #ended = false;

  constructor(shared: Shared, port: SessionPort) {
    this.#engine = shared.engine;
    this.#shared = shared;
    this.#port = port;
    this.#makes = new TokenBucket(shared.config.rates.makes, shared.now);
  }

  call(request: Request, answered: (outcome: Outcome) => void): void {
    this.#push?.heard();
    this.#answer(request).then(answered, (error: unknown) => answered(this.#refusal(error)));
  }

  end(): void {
    this.#ended = true;
    this.#shared.volunteers.gone(this.#port);
    this.#shared.records?.gone(this.#port);
    this.#push?.end();
    for (const one of this.#logs.clear()) {
      if (one instanceof Opened) this.#unwatch(one);
      else {
        one.then(
          (opened) => this.#unwatch(opened),
          () => undefined,
        );
      }
    }
  }

  #refusal(error: unknown): Error {
    if (!(error instanceof StorageError)) {
      return error instanceof Error ? error : new Error(String(error));
    }
    this.#shared.report(error);
    return new ProtocolError('busy', 'the storage does not answer', BUSY_MS);
  }

  #answer(request: Request): Promise<Cbor> {
    if (request.op !== 'append') return this.#answerOther(request);
    // Most of all requests: one that needs no look at the storage first goes there in as few promises as can be.
    const opened = this.#logs.ready(request.n);
    const { entries } = request;
    return opened && opened.access.role !== 'contact'
      ? this.#appendTo(opened, [opened.of.entries(this.#shared)], entries)
      : this.#append(request);
  }

  async #answerOther(request: Exclude<Request, Of<'append'>>): Promise<Cbor> {
    switch (request.op) {
      case 'open':
        return results.open.encode(await this.#open(request));
      case 'commit':
        return results.commit.encode({ seq: await this.#commit(request) });
      case 'read':
        return results.read.encode(await this.#read(request));
      case 'watch':
        return results.watch.encode(await this.#watch(request));
      case 'get':
        return results.get.encode({
          body: await this.#engine.getPiece(request.blob, sha256(request.secret), request.index),
        });
      case 'stat':
        return results.stat.encode(
          await this.#engine.statBlob(request.blob, sha256(request.secret)),
        );
      case 'take':
        return results.take.encode(await this.#take(request));
      case 'allowance':
        return results.allowance.encode(await this.#engine.allowance(sha256(request.allowance)));
      case 'endpoints':
      case 'follow':
        return results.endpoints.encode(
          (await this.#shared.records?.answer(this.#port, request)) ?? {
            record: new Uint8Array(0),
          },
        );
      case 'pushKey':
        return results.pushKey.encode({ key: await this.#pushing().key() });
      case 'meet':
        this.#make();
        return results.meet.encode(await this.#shared.volunteers.meet(this.#port, request));
      default:
        await this.#change(request);
        return [];
    }
  }

  /** The requests whose answer is empty. */
  async #change(request: Request): Promise<void> {
    switch (request.op) {
      case 'unwatch':
        return this.#unwatch(await this.#opened(request.n));
      case 'signal':
        return this.#signal(request);
      case 'create': {
        this.#make();
        const { log, kind, hash, allowance } = request;
        return this.#engine.create({ log, kind, hash, allowance: sha256(allowance) });
      }
      case 'allow': {
        this.#make();
        const { log, access } = await this.#opened(request.n);
        if (request.perHour < 1) throw new ProtocolError('malformed', 'a token for nothing');
        return this.#engine.allow(log, access, request.hash, request.perHour);
      }
      case 'revoke': {
        const { log, access } = await this.#opened(request.n);
        return this.#engine.revoke(log, access, request.hash);
      }
      case 'stock': {
        this.#make();
        const { log, access } = await this.#opened(request.n);
        return this.#engine.stock(log, access, request);
      }
      case 'blob': {
        this.#make();
        const { blob, hash, drop, pieces, allowance } = request;
        const paidBy = sha256(allowance);
        const wanted = { blob, hash, drop, pieces, allowance: paidBy };
        return this.#shared.stored.create(this.#engine, wanted);
      }
      case 'put': {
        const { blob, secret, index, body } = request;
        return this.#engine.putPiece(blob, sha256(secret), index, body);
      }
      case 'drop':
        return this.#engine.dropBlob(request.blob, sha256(request.secret));
      case 'admit': {
        this.#make();
        return this.#engine.admit(sha256(request.invite), sha256(request.allowance));
      }
      case 'grant': {
        this.#make();
        const { allowance, hash, uses, until } = request;
        const tag = withdrawalTag(allowance, hash);
        const terms = sha256(Buffer.from(`polynya grant ${uses} ${until} `), allowance, hash);
        return this.#engine.grant(sha256(allowance), { hash, uses, until, tag, terms });
      }
      case 'subscribe': {
        this.#make();
        const opened = await this.#opened(request.n);
        const { config, buckets } = this.#shared;
        const fresh = buckets.of(`subscribe ${opened.key}`, config.rates.subscriptions);
        return this.#pushing().subscribe(opened, request, fresh);
      }
      case 'unsubscribe':
        return this.#pushing().unsubscribe(await this.#opened(request.n), request);
      case 'wake': {
        const opened = await this.#opened(request.n);
        this.#takeSignal(opened);
        // Nobody is woken before what they shall find is there; and both answers go in one envelope.
        const appended = this.#appending?.catch(() => undefined);
        return this.#pushing().wake(opened, request, appended);
      }
      case 'lend':
        return this.#shared.volunteers.lend(this.#port, request);
      case 'accept':
        return this.#shared.volunteers.accept(this.#port, request);
      case 'withdraw': {
        const { allowance, hash } = request;
        return this.#engine.withdraw(sha256(allowance), hash, withdrawalTag(allowance, hash));
      }
      default:
        throw new ProtocolError('malformed', 'not a request to the delivery service');
    }
  }

  /**
   * Holds for what follows in the same turn at once; a refused `open` leaves the number unopened. Asked
   * again, perhaps because an answer was late, it leaves the watch alone that was asked for with it.
   */
  async #open({ n, log, secret }: Of<'open'>): Promise<Result<'open'>> {
    const before = this.#logs.get(n);
    if (!before && this.#logs.size >= LIMITS.openLogs) {
      throw new ProtocolError('too-big', 'a session holds only so many logs open');
    }
    const hash = sha256(secret);
    const found = this.#engine.open(log, hash);
    const earlier = before instanceof Promise ? before.catch(() => undefined) : before;
    const key = keyOf(secret);
    const opening = Promise.all([found, earlier]).then(([{ access }, previous]) =>
      previous?.key === keyOf(log) && previous.secret === key
        ? previous
        : this.#remember(n, log, key, access),
    );
    this.#logs.set(n, opening);
    const previous = await earlier;
    const opened = await opening.catch(() => undefined);
    if (previous && previous !== opened) this.#unwatch(previous);
    return (await found).state;
  }

  #remember(n: number, log: Uint8Array, secret: string, access: Access): Opened {
    const own = this.#logs.of(log);
    const opened = new Opened(this.#port, n, own, secret, access);
    const { latest } = own;
    if (access.role === 'member' && !(latest && isAsLate(latest.access, access))) {
      own.latest = opened;
      if (latest) this.#pushing().carry(latest, opened);
    }
    return opened;
  }

  async #opened(n: number): Promise<Opened> {
    try {
      const opened = await this.#logs.get(n);
      if (opened) return opened;
    } catch (error) {
      // Its own `open` says what was wrong.
      if (!(error instanceof ProtocolError)) throw error;
    }
    throw new ProtocolError('unopened');
  }

  /** Made when first needed: most sessions leave, carry and wake nothing. */
  #pushing(): PushSession {
    const report = (error: unknown): void => {
      if (!this.#ended) this.#shared.report(error);
    };
    this.#push ??= new PushSession(this.#port, this.#shared.push, report);
    return this.#push;
  }

  async #append({ n, entries }: Of<'append'>): Promise<Cbor> {
    const opened = await this.#opened(n);
    const { log, access } = opened;
    const buckets = [opened.of.entries(this.#shared)];
    if (access.role === 'contact') buckets.push(await this.#contactBucket('letter', log, access));
    return this.#appendTo(opened, buckets, entries);
  }

  #appendTo(
    opened: Opened,
    buckets: readonly TokenBucket[],
    entries: readonly NewEntry[],
  ): Promise<Cbor> {
    const { log, access } = opened;
    const fare = new Fare(buckets, entries.length);
    const told = asOwn(opened, entries);
    const appending = this.#engine.append(log, access, entries, fare.paid);
    this.#appending = appending;
    const over = (): void => {
      told();
      if (this.#appending === appending) this.#appending = undefined;
    };
    return appending.then(
      ({ seqs, repeated }) => {
        over();
        if (repeated) fare.giveBack();
        // A seq would tell how many letters others send.
        return results.append.encode({
          seqs: access.role === 'contact' ? seqs.map(() => 0) : seqs,
        });
      },
      (error: unknown) => {
        over();
        throw fare.refused(error);
      },
    );
  }

  async #take({ n, id }: Of<'take'>): Promise<Result<'take'>> {
    const { log, access } = await this.#opened(n);
    const buckets =
      access.role === 'contact' ? [await this.#contactBucket('take', log, access)] : [];
    return limited(buckets, 1, async (mayTake) => {
      if (!mayTake) throw new ProtocolError('rate', 'KeyPackages');
      return { value: await this.#engine.take(log, access, id), free: false };
    });
  }

  /** Of a contact token, whoever holds it: `allow.perHour`, of letters and of KeyPackages. */
  async #contactBucket(
    what: 'letter' | 'take',
    log: Uint8Array,
    access: Extract<Access, { role: 'contact' }>,
  ): Promise<TokenBucket> {
    // 0 was taken once.
    const perHour = Math.max(1, await this.#engine.letters(log, access));
    const rate = { burst: perHour, everyMs: Math.ceil(HOUR / perHour) };
    return this.#shared.buckets.of(`${what} ${keyOf(log)}${keyOf(access.token)}`, rate);
  }

  async #commit({ n, entry, turn }: Of<'commit'>): Promise<number> {
    const opened = await this.#opened(n);
    const { log, access } = opened;
    const { config, buckets } = this.#shared;
    const perLog = turn.closes ? [] : [buckets.of(`commit ${keyOf(log)}`, config.rates.commits)];
    return limited([opened.of.entries(this.#shared), ...perLog], 1, async (mayTurn) => {
      const over = asOwn(opened, [entry]);
      try {
        const { seq, repeated } = await this.#engine.commit(log, access, entry, turn, mayTurn);
        if (turn.closes && !repeated) this.#pushing().closed(opened, entry.epoch);
        return { value: seq, free: repeated };
      } finally {
        over();
      }
    });
  }

  /** One after another in a session: each may cost as much as a hundred requests of others, who wait meanwhile. */
  #read({ n, from, bytes }: Of<'read'>): Promise<Result<'read'>> {
    const before = this.#reading;
    const reading = Promise.all([this.#opened(n), before]).then(([{ log, access }]) => {
      if (this.#ended) throw new ProtocolError('unopened');
      return this.#engine.read(log, access, from, bytes);
    });
    // Without the results: each would hold the one before, and a session all that it ever read.
    const over = Promise.allSettled([before, reading]).then(() => {
      if (this.#reading === over) this.#reading = undefined;
    });
    this.#reading = over;
    return reading;
  }

  /** Watching starts before the head is looked at, so that nothing falls in between. */
  async #watch({ n }: Of<'watch'>): Promise<Result<'watch'>> {
    const opened = await this.#opened(n);
    const { log, access } = opened;
    const { watchers } = this.#shared;
    if (access.role !== 'contact' && !this.#ended) watchers.add(opened);
    try {
      const state = await this.#engine.live(log, access);
      watchers.allow(opened);
      // Under a second number it would only bring the same again.
      const { watch } = opened.of;
      if (watch && watch !== opened) watchers.delete(watch);
      opened.of.watch = opened;
      return state;
    } catch (error) {
      this.#unwatch(opened);
      throw error;
    }
  }

  #unwatch(opened: Opened): void {
    this.#shared.watchers.delete(opened);
    if (opened.of.watch === opened) opened.of.watch = undefined;
  }

  async #signal({ n, body }: Of<'signal'>): Promise<void> {
    const opened = await this.#opened(n);
    const { log, access } = opened;
    this.#takeSignal(opened);
    await this.#engine.live(log, access);
    this.#shared.watchers.signal(log, this.#port, body);
    this.#shared.signalElsewhere?.(log, body);
  }

  /** @throws rate */
  #takeSignal({ of }: Opened): void {
    const signals = of.signals(this.#shared);
    if (!signals.take()) throw new ProtocolError('rate', 'signals', signals.wait());
  }

  #make(): void {
    if (!this.#makes.take()) throw new ProtocolError('rate', 'too many', this.#makes.wait());
  }
}

/** Whether a capability is of an epoch no earlier than another's, both being members'. */
const isAsLate = (one: Access, other: Access): boolean =>
  one.role === 'member' && other.role === 'member' && one.epoch >= other.epoch;
