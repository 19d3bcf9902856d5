/** One session of the delivery service: each request of docs/protocol.md section 4, asked of the engine. */
import type { Cbor } from '@polynya/protocol/cbor';
import { LIMITS } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { type NewEntry, type Request, type Result, results } from '@polynya/protocol/requests';
import type { SessionLogic, SessionPort } from '@polynya/reach/session-handler';
import type { Shared } from './delivery.ts';
import { type Engine, StorageError } from './engine.ts';
import type { Access } from './log-rules.ts';
import { PushSession } from './push/push-session.ts';
import { sha256, withdrawalTag } from './secret-hashes.ts';
import { limited, TokenBucket, TokenBuckets } from './token-bucket.ts';
import { asOwn, keyOf, type Watcher } from './watchers.ts';

const HOUR = 3_600_000;
/** What a client whose request met a failing storage is told to wait. */
const BUSY_MS = 5_000;

/** A log that this session opened. */
interface Opened extends Watcher {
  readonly log: Uint8Array;
  /** Of the secret that opened it. */
  readonly hash: Uint8Array;
  /** In letters of a byte each, which weigh less. */
  readonly secret: string;
  readonly entries: TokenBucket;
  readonly signals: TokenBucket;
}

type Of<Op extends Request['op']> = Extract<Request, { op: Op }>;

export class DeliverySession implements SessionLogic {
  readonly #engine: Engine;
  readonly #shared: Shared;
  readonly #port: SessionPort;
  readonly #push: PushSession;
  readonly #makes: TokenBucket;
  /** Of this session, per log: opening a log again does not fill them. */
  readonly #buckets: TokenBuckets;
  readonly #logs = new Map<number, Promise<Opened>>();
  /** Those of them that are open by now. */
  readonly #ready = new Map<number, Opened>();
  /** The one watch of each log (`keyOf`). */
  readonly #watched = new Map<string, Opened>();
  /** Ends with the `read` that was asked for last. */
  #reading: Promise<unknown> = Promise.resolve();
  /** The `append` that was asked for last. */
  #appending: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(shared: Shared, port: SessionPort) {
    this.#engine = shared.engine;
    this.#shared = shared;
    this.#port = port;
    this.#push = new PushSession(port, shared.push, shared.report);
    this.#makes = new TokenBucket(shared.config.rates.makes, shared.now);
    this.#buckets = new TokenBuckets(shared.now);
  }

  call(request: Request): Promise<Cbor> {
    this.#push.heard();
    return this.#answer(request).catch((error: unknown) => {
      if (!(error instanceof StorageError)) throw error;
      this.#shared.report(error);
      throw new ProtocolError('busy', 'the storage does not answer', BUSY_MS);
    });
  }

  end(): void {
    this.#ended = true;
    this.#shared.volunteers.gone(this.#port);
    this.#shared.records?.gone(this.#port);
    this.#push.end();
    for (const opening of this.#logs.values()) {
      opening.then(
        (opened) => this.#unwatch(opened),
        () => undefined,
      );
    }
    this.#logs.clear();
    this.#ready.clear();
  }

  #answer(request: Request): Promise<Cbor> {
    if (request.op !== 'append') return this.#answerOther(request);
    // Most of all requests: one that needs no look at the storage first goes there in as few promises as can be.
    const opened = this.#ready.get(request.n);
    const { entries } = request;
    return opened && opened.access.role !== 'contact'
      ? this.#appendTo(opened, [opened.entries], entries)
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
        return results.pushKey.encode({ key: await this.#push.key() });
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
      case 'subscribe':
        this.#make();
        return this.#push.subscribe(await this.#opened(request.n), request);
      case 'unsubscribe':
        return this.#push.unsubscribe(await this.#opened(request.n), request);
      case 'wake': {
        const opened = await this.#opened(request.n);
        takeSignal(opened);
        // Nobody is woken before what they shall find is there; and both answers go in one envelope.
        return this.#push.wake(opened, request, this.#appending);
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
    const earlier = before?.catch(() => undefined);
    const opening = Promise.all([found, earlier]).then(([{ access }, previous]) =>
      previous && isSame(previous.log, log) && isSame(previous.hash, hash)
        ? previous
        : this.#remember(n, log, { hash, secret }, access),
    );
    this.#logs.set(n, opening);
    this.#ready.delete(n);
    opening.then(
      (opened) => {
        if (this.#logs.get(n) === opening) this.#ready.set(n, opened);
      },
      () => {
        if (this.#logs.get(n) === opening) this.#logs.delete(n);
      },
    );
    const previous = await earlier;
    const opened = await opening.catch(() => undefined);
    if (previous && previous !== opened) this.#unwatch(previous);
    return (await found).state;
  }

  #remember(
    n: number,
    log: Uint8Array,
    shown: { readonly hash: Uint8Array; readonly secret: Uint8Array },
    access: Access,
  ): Opened {
    const { rates } = this.#shared.config;
    const entries = this.#buckets.of(`entries ${keyOf(log)}`, rates.entries);
    const signals = this.#buckets.of(`signals ${keyOf(log)}`, rates.signals);
    const own = new Set<string>();
    const secret = keyOf(shown.secret);
    const opened = {
      port: this.#port,
      n,
      log,
      hash: shown.hash,
      secret,
      access,
      own,
      entries,
      signals,
    };
    this.#push.opened(opened);
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

  async #append({ n, entries }: Of<'append'>): Promise<Cbor> {
    const opened = await this.#opened(n);
    const { log, access } = opened;
    const buckets = [opened.entries];
    if (access.role === 'contact') buckets.push(await this.#contactBucket('letter', log, access));
    return this.#appendTo(opened, buckets, entries);
  }

  #appendTo(
    opened: Opened,
    buckets: readonly TokenBucket[],
    entries: readonly NewEntry[],
  ): Promise<Cbor> {
    const { log, access } = opened;
    const answer = limited(buckets, entries.length, (mayAppend) => {
      const appending = this.#engine.append(log, access, entries, mayAppend);
      return asOwn(opened, entries, appending, ({ seqs, repeated }) => {
        // A seq would tell how many letters others send.
        const told = access.role === 'contact' ? seqs.map(() => 0) : seqs;
        return { value: results.append.encode({ seqs: told }), free: repeated };
      });
    });
    this.#appending = answer.catch(() => undefined);
    return answer;
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
    return limited([opened.entries, ...perLog], 1, (mayTurn) => {
      const committing = this.#engine.commit(log, access, entry, turn, mayTurn);
      return asOwn(opened, [entry], committing, ({ seq, repeated }) => {
        if (turn.closes && !repeated) this.#push.closed(opened, entry.epoch);
        return { value: seq, free: repeated };
      });
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
    this.#reading = Promise.allSettled([before, reading]).then(() => undefined);
    return reading;
  }

  /** Watching starts before the head is looked at, so that nothing falls in between. */
  async #watch({ n }: Of<'watch'>): Promise<Result<'watch'>> {
    const opened = await this.#opened(n);
    const { log, access } = opened;
    const { watchers } = this.#shared;
    if (access.role !== 'contact' && !this.#ended) watchers.add(log, opened);
    try {
      const state = await this.#engine.live(log, access);
      watchers.allow(log, opened);
      // Under a second number it would only bring the same again.
      const before = this.#watched.get(keyOf(log));
      if (before && before !== opened) watchers.delete(log, before);
      this.#watched.set(keyOf(log), opened);
      return state;
    } catch (error) {
      this.#unwatch(opened);
      throw error;
    }
  }

  #unwatch(opened: Opened): void {
    const { log } = opened;
    this.#shared.watchers.delete(log, opened);
    if (this.#watched.get(keyOf(log)) === opened) this.#watched.delete(keyOf(log));
  }

  async #signal({ n, body }: Of<'signal'>): Promise<void> {
    const opened = await this.#opened(n);
    const { log, access } = opened;
    takeSignal(opened);
    await this.#engine.live(log, access);
    this.#shared.watchers.signal(log, this.#port, body);
    this.#shared.signalElsewhere?.(log, body);
  }

  #make(): void {
    if (!this.#makes.take()) throw new ProtocolError('rate', 'too many', this.#makes.wait());
  }
}

const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

/** @throws rate */
function takeSignal({ signals }: Opened): void {
  if (!signals.take()) throw new ProtocolError('rate', 'signals', signals.wait());
}
