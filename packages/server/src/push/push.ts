/**
 * Web Push (RFC 8030): browsers that are not there are told that something came, and nothing of it. The server asks a
 * push service only when a member says that what they just said is worth it (`wake`, docs/protocol.md section 4).
 */

import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { equal } from '@polynya/protocol/bytes';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Request } from '@polynya/protocol/requests';
import type { Random } from '@polynya/reach/clock';
import { keyOf } from '@polynya/reach/key-of';
import type { SessionPort } from '@polynya/reach/server/session-handler';
import type { SteadyClock } from '@polynya/reach/steady-clock';
import type { Access } from '../delivery/log-rules.ts';
import type { Engine, StoredSubscription } from '../engine/engine.ts';
import { type Circle, circleOf } from './circle.ts';
import { type DeliveryPorts, isPushEndpoint, isUsualService, PushDelivery } from './deliver.ts';
import { encryptPush, type Subscription } from './encryption.ts';
import {
  type LeftSubscription,
  openSubscription,
  sealSubscription,
  subscriptionKey,
} from './subscription-seal.ts';
import { Vapid } from './vapid.ts';

const HOUR = 3_600_000;
/** Hours. */
const DAY = 24;
/**
 * Hours: who does not come in so long is not told any more. To whole days, or when they end would show which are one
 * browser's.
 */
const LIFE = 14 * DAY;
/** s that a push service keeps it for a device that is switched off. */
const TTL = 3 * 24 * 3_600;
/** ms: a client on a line says something at least every 30 s. */
const SILENCE = 40_000;
/** ms before a service that is busy is asked once more, at least and at most. */
const AGAIN = { least: 5_000, most: 60_000 };
/** Browsers that are remembered to have been told (count). */
const BOUND = 100_000;
/** Subscriptions that one transaction brings along (count). */
const CARRIED = 64;
/** Subscriptions that are opened in one turn of the event loop (count). */
const AT_ONCE = 32;
/** Bytes of a sealed subscription that no other begins with: its nonce. */
const SEALED_NAME = 12;
/** What is said: the version of saying nothing. */
const SOMETHING = Uint8Array.of(1);

export interface PushOptions extends DeliveryPorts {
  readonly key: KeyObject;
  /** A URL by which a push service finds whose server this is. */
  readonly contact?: string;
  readonly engine: Engine;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly clock: SteadyClock;
  readonly random: Random;
  readonly report: (error: unknown) => void;
}

/** A log as a session opened it. */
export interface MemberOf {
  readonly port: SessionPort;
  readonly log: Uint8Array;
  readonly access: Access;
  /** What opened it. */
  readonly secret: Uint8Array;
}

type Of<Op extends Request['op']> = Omit<Extract<Request, { op: Op }>, 'op'>;

/** A browser, by a name that means nothing outside this process. */
type Browser = string;

export class Push {
  readonly publicKey: Uint8Array;
  readonly #options: PushOptions;
  readonly #vapid: Vapid;
  readonly #delivery: PushDelivery;
  readonly #nameKey: Uint8Array;
  /** Whose browser a session is, and when it said something last, in ms of the steady clock. */
  readonly #sessions = new Map<SessionPort, { browser: Browser; heard: number }>();
  readonly #there = new Map<Browser, Set<SessionPort>>();
  /** Told since they were there last. */
  readonly #told = new Set<Browser>();
  /** Of subscriptions that were opened, by the beginning of what is sealed (`keyOf`), whose they are. */
  readonly #known = new Map<string, Browser>();
  /** Looked at in a moment, because they seem to be there. */
  readonly #looking = new Map<Browser, () => void>();
  /** Of logs (`keyOf`), what comes along to a later epoch. */
  readonly #carrying = new Map<string, Promise<void>>();
  readonly #timers = new Set<() => void>();
  #closed = false;

  constructor(options: PushOptions) {
    const { key, contact, now, random } = options;
    this.#options = options;
    this.#vapid = new Vapid(key, contact, now);
    this.publicKey = this.#vapid.publicKey;
    this.#delivery = new PushDelivery(options);
    this.#nameKey = random(32);
  }

  /**
   * @param anew leaves it where its session has a place, or in this row
   * @throws malformed, forbidden, too-big, full, and whatever `anew` throws
   */
  async subscribe(
    member: MemberOf,
    { id, endpoint, key, auth }: Of<'subscribe'>,
    anew: (row: Uint8Array, leave: (row: Uint8Array) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const { engine, now, random } = this.#options;
    const { log, access, port } = member;
    const circle = circleOf(member, id);
    if (!isPushEndpoint(endpoint, this.#options)) {
      throw new ProtocolError('malformed', 'not a push service at a public address');
    }
    const subscription = { id: circle.row ?? id, endpoint, key, auth };
    encryptable(subscription, random);
    const until = Math.floor((Math.floor(now() / HOUR) + LIFE) / DAY) * DAY;
    const leave = (row: Uint8Array): Promise<void> => {
      const sealed = sealSubscription(subscription, row, subscriptionKey(circle), random);
      return engine.subscribe(log, access, { id: row, epoch: circle.epoch, until, sealed });
    };
    const before = (await this.#left(circle, subscription))?.id ?? circle.row;
    await (before ? leave(before) : anew(random(16), leave));
    const browser = this.#nameOf(subscription);
    this.gone(port);
    this.#sessions.set(port, { browser, heard: this.#options.clock.steady() });
    this.#there.set(browser, (this.#there.get(browser) ?? new Set()).add(port));
    this.#told.delete(browser);
  }

  /** @throws forbidden */
  async unsubscribe(member: MemberOf, { id, auth }: Of<'unsubscribe'>): Promise<void> {
    const { engine } = this.#options;
    await engine.live(member.log, member.access);
    const circle = circleOf(member, id);
    const row = await this.#left(circle, { id: circle.row ?? id, auth });
    if (row) await engine.unsubscribe(member.log, [row.id]);
  }

  /** @throws forbidden; not-found for a contact token that was revoked */
  async mayWake(member: MemberOf): Promise<void> {
    const { engine } = this.#options;
    const { log } = circleOf(member);
    const { access } = member;
    if (access.role === 'contact') await engine.letters(log, access);
    else await engine.live(log, access);
  }

  /** Tells whoever has subscribed to the log and is not there, but for who asks: in an inbox its owner. */
  async wake(member: MemberOf, except: readonly Uint8Array[]): Promise<void> {
    const { log, port } = member;
    const own = this.#sessions.get(port)?.browser;
    const isTold = (browser: Browser): boolean => browser === own || this.#told.has(browser);
    for (const { row, subscription } of await this.#opened(circleOf(member), isTold)) {
      if (except.some((id) => equal(id, subscription.id))) continue;
      if (this.#nameOf(subscription) !== own) this.#tell(log, row, subscription);
    }
  }

  /**
   * A Commit of this member, made in the epoch `ended`, shut somebody out, nobody can say whom: all are told once
   * more, and subscribe anew.
   */
  async closed(member: MemberOf, ended: number): Promise<void> {
    const { engine } = this.#options;
    await this.wake(member, []);
    const rows = await engine.subscriptions(member.log);
    const before = rows.filter(({ epoch }) => epoch <= ended);
    if (before.length > 0)
      await engine.unsubscribe(
        member.log,
        before.map(({ id }) => id),
      );
  }

  /**
   * A member came along from one epoch to another, and brings the subscriptions of those who are away. In a large
   * group all come along at once: whoever is second finds nothing left to bring.
   */
  async carry(from: MemberOf, to: MemberOf): Promise<void> {
    const name = keyOf(from.log);
    const before = this.#carrying.get(name);
    const carrying = Promise.allSettled([before]).then(() => this.#carry(from, to));
    this.#carrying.set(name, carrying);
    try {
      await carrying;
    } finally {
      if (this.#carrying.get(name) === carrying) this.#carrying.delete(name);
    }
  }

  async #carry(from: MemberOf, to: MemberOf): Promise<void> {
    const { engine, random } = this.#options;
    // Nothing comes along over a Commit that shut somebody out: it might be theirs.
    if (!(await this.#isLive(from))) return;
    const { log, epoch, ...circle } = circleOf(to);
    const key = subscriptionKey({ log, ...circle });
    const all = await this.#opened(circleOf(from));
    while (all.length > 0) {
      const resealed = all.splice(0, CARRIED).map(({ row, subscription }) => {
        const sealed = sealSubscription(subscription, row.id, key, random);
        return engine.reseal(log, row.epoch, { ...row, epoch, sealed });
      });
      await Promise.all(resealed);
    }
  }

  async #isLive({ log, access }: MemberOf): Promise<boolean> {
    try {
      await this.#options.engine.live(log, access);
      return true;
    } catch (error) {
      if (error instanceof ProtocolError && error.code === 'forbidden') return false;
      throw error;
    }
  }

  /** Something came from this session. */
  heard(port: SessionPort): void {
    const session = this.#sessions.get(port);
    if (session) session.heard = this.#options.clock.steady();
  }

  gone(port: SessionPort): void {
    const browser = this.#sessions.get(port)?.browser ?? '';
    const ports = this.#there.get(browser);
    ports?.delete(port);
    if (ports?.size === 0) this.#there.delete(browser);
    this.#sessions.delete(port);
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers) cancel();
    this.#delivery.close();
  }

  /**
   * What a browser left with the log under this id. All members know the ids: only `auth`, which the browser gave to
   * nobody else, shows that it is the same one. In an inbox, which is one device's, nobody else can ask.
   */
  async #left(
    circle: Circle,
    { id, auth }: Pick<LeftSubscription, 'id' | 'auth'>,
  ): Promise<StoredSubscription | undefined> {
    const opened = await this.#opened(circle);
    const isTheirs = ({ subscription }: { subscription: LeftSubscription }) =>
      circle.row !== null || timingSafeEqual(subscription.auth, auth);
    return opened.find((one) => equal(one.subscription.id, id) && isTheirs(one))?.row;
  }

  /** @param without browsers of which nobody need know more, and which it costs nothing to leave out the second time */
  async #opened(circle: Circle, without?: (browser: Browser) => boolean) {
    const rows = await this.#options.engine.subscriptions(circle.log);
    const opened: { row: StoredSubscription; subscription: LeftSubscription }[] = [];
    const key = subscriptionKey(circle);
    let tried = 0;
    for (const row of rows) {
      if (row.epoch !== circle.epoch || (circle.row && !equal(row.id, circle.row))) continue;
      // What is sealed anew has another name.
      const sealed = keyOf(row.sealed.subarray(0, SEALED_NAME));
      const known = this.#known.get(sealed);
      if (known !== undefined && without?.(known)) continue;
      // Others are answered in between: all of a large group take longer than anybody should wait.
      if (++tried % AT_ONCE === 0) await turn();
      const subscription = openSubscription(row.sealed, row.id, key);
      if (!subscription) continue;
      bounded(this.#known, BOUND).set(sealed, this.#nameOf(subscription));
      opened.push({ row, subscription });
    }
    return opened;
  }

  /** Who is on a line is told by that; only if nothing comes up on it, it was no line any more. */
  #tell(log: Uint8Array, row: StoredSubscription, subscription: Subscription): void {
    const browser = this.#nameOf(subscription);
    const asked = this.#options.clock.steady();
    const there = this.#isThere(browser, asked - SILENCE);
    if (this.#closed || this.#told.has(browser) || (there && this.#looking.has(browser))) return;
    const send = () => {
      this.#remember(browser);
      void this.#send(log, row, subscription, AGAIN.least);
    };
    this.#looking.get(browser)?.();
    this.#looking.delete(browser);
    if (!there) {
      send();
      return;
    }
    const cancel = this.#after(SILENCE, () => {
      this.#looking.delete(browser);
      if (!this.#isThere(browser, asked)) send();
    });
    this.#looking.set(browser, cancel);
  }

  #remember(browser: Browser): void {
    // Whoever was told longest ago may be told a second time.
    bounded(this.#told, BOUND).add(browser);
  }

  /** Whether a session of that browser is on a line, and said something since. */
  #isThere(browser: Browser, since: number): boolean {
    for (const port of this.#there.get(browser) ?? []) {
      if (port.connected && (this.#sessions.get(port)?.heard ?? 0) > since) return true;
    }
    return false;
  }

  async #send(
    log: Uint8Array,
    row: StoredSubscription,
    subscription: Subscription,
    again: number | undefined,
  ): Promise<void> {
    const { engine, random, report } = this.#options;
    const endpoint = new URL(subscription.endpoint);
    const body = encryptPush(SOMETHING, subscription, random);
    const authorization = this.#vapid.header(endpoint.origin);
    const answer = await this.#delivery.send({ endpoint, authorization, body, ttl: TTL });
    if (answer === 'taken') return;
    if (typeof answer === 'object' && again !== undefined) {
      const wait = Math.min(AGAIN.most, Math.max(AGAIN.least, answer.later));
      this.#after(wait, () => void this.#send(log, row, subscription, undefined));
      return;
    }
    // The next message tries again.
    this.#told.delete(this.#nameOf(subscription));
    // Who names any host at all does not have it asked for each message.
    const over = answer === 'gone' || (answer === 'refused' && !isUsualService(endpoint));
    if (over) await engine.unsubscribe(log, [row.id]).catch(report);
  }

  /** What is returned prevents it. */
  #after(ms: number, act: () => void): () => void {
    const cancel = this.#options.clock.setTimeout(() => {
      this.#timers.delete(cancel);
      if (!this.#closed) act();
    }, ms);
    this.#timers.add(cancel);
    return () => {
      cancel();
      this.#timers.delete(cancel);
    };
  }

  /** What joins logs of one browser is in memory alone, and of no use after it. */
  #nameOf({ endpoint }: Subscription): Browser {
    return createHmac('sha256', this.#nameKey).update(endpoint).digest('base64url');
  }
}

/** @throws malformed */
function encryptable(subscription: Subscription, random: Random): void {
  try {
    encryptPush(SOMETHING, subscription, random);
  } catch {
    throw new ProtocolError('malformed', 'not a point of P-256');
  }
}

/** With room for one more below `most`: if need be, the eldest goes. */
function bounded<C extends Map<string, unknown> | Set<string>>(all: C, most: number): C {
  for (const eldest of all.keys()) {
    if (all.size < most) break;
    all.delete(eldest);
  }
  return all;
}
