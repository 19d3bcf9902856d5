/** A delivery service on a real database, and sessions that speak to it directly: no seal, no network. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Entry,
  type Op,
  type PushItem,
  type Request,
  type Result,
  results,
} from '@polynya/protocol/requests';
import type { Codec } from '@polynya/protocol/schema';
import { systemRandom } from '@polynya/reach/clock';
import { asked } from '@polynya/reach/test/asked';
import { type Config, type ConfigInput, parseConfig } from '../config.ts';
import { Delivery } from '../delivery/delivery.ts';
import type { Engine } from '../engine/engine.ts';
import { SqliteEngine } from '../engine/sqlite/sqlite-engine.ts';
import type { Push } from '../push/push.ts';
import { entry, hashOf, id, secret } from './ids.ts';

export type Pushed = PushItem;
type Asked<O extends Op> = Omit<Extract<Request, { op: O }>, 'op'>;

export class TestSession {
  readonly pushed: Pushed[] = [];
  /** On a line. */
  connected = true;
  readonly #logic;

  constructor(delivery: Delivery) {
    this.#logic = delivery.open(this);
  }

  push(item: Pushed): void {
    this.pushed.push(item);
  }

  backlog(): number {
    return 0;
  }

  async ask<O extends Op>(op: O, fields: Asked<O>): Promise<Result<O>> {
    const cbor = await asked(this.#logic, { op, ...fields } as unknown as Request);
    return (results[op] as unknown as Codec<Result<O>>).decode(cbor);
  }

  /** What was pushed for the log with this number. */
  entries(n: number): Entry[] {
    return this.pushed.flatMap((item) =>
      item.item === 'push' && item.n === n ? item.entries : [],
    );
  }

  seqs(n: number): number[] {
    return this.entries(n).map(({ seq }) => seq);
  }

  end(): void {
    this.#logic.end();
  }
}

export class DeliveryBench {
  now = 500_000 * 3_600_000;
  readonly engine: SqliteEngine;
  readonly delivery: Delivery;
  readonly allowance = secret();
  readonly reported: unknown[] = [];
  readonly #config: Config;
  readonly #folder = mkdtempSync(join(tmpdir(), 'polynya-delivery-'));

  /** @param push what sends Web Push, if anything does */
  constructor(config: ConfigInput = {}, push?: (engine: Engine) => Push) {
    const now = () => this.now;
    this.engine = new SqliteEngine({
      path: join(this.#folder, 'polynya.db'),
      now,
      random: systemRandom,
    });
    const report = (error: unknown) => void this.reported.push(error);
    this.#config = parseConfig(config);
    const pushes = push?.(this.engine);
    this.delivery = new Delivery({
      ...{ engine: this.engine, config: this.#config, now, report },
      ...(pushes && { push: async () => pushes }),
    });
  }

  /** Admits the allowance that tests pay with. */
  async start(): Promise<this> {
    const invite = secret();
    const until = this.now / 1_000 + 3_600;
    const each = this.#config.allowance;
    await this.engine.invite({ hash: hashOf(invite), uses: 1, until, tag: secret(), each });
    await this.session().ask('admit', { invite, allowance: this.allowance });
    return this;
  }

  session(): TestSession {
    return new TestSession(this.delivery);
  }

  /** A session that has the log open as number 1. */
  async opened(log: Uint8Array, secret: Uint8Array): Promise<TestSession> {
    const session = this.session();
    await session.ask('open', { n: 1, log, secret });
    return session;
  }

  async close(): Promise<void> {
    await this.engine.close();
    rmSync(this.#folder, { recursive: true });
  }
}

/** A group's log whose epoch secrets the test knows: capability k is `capabilities[k]`. */
export class TestGroup {
  readonly log = id();
  readonly capabilities: Uint8Array[] = [secret()];
  readonly #bench: DeliveryBench;

  constructor(bench: DeliveryBench) {
    this.#bench = bench;
  }

  async create(): Promise<this> {
    const hash = hashOf(this.capability());
    const { allowance } = this.#bench;
    await this.#bench.session().ask('create', { log: this.log, kind: 0, hash, allowance });
    return this;
  }

  get epoch(): number {
    return this.capabilities.length - 1;
  }

  capability(epoch = this.epoch): Uint8Array {
    const found = this.capabilities[epoch];
    if (!found) throw new Error(`no epoch ${epoch}`);
    return found;
  }

  /** A new session with the capability of `epoch`. */
  member(epoch = this.epoch): Promise<TestSession> {
    return this.#bench.opened(this.log, this.capability(epoch));
  }

  /** Appends a Commit by a member of the newest epoch. */
  async commit(closes: boolean, by?: TestSession): Promise<number> {
    const session = by ?? (await this.member());
    const next = secret();
    const turn = { closes, next: hashOf(next) };
    const { seq } = await session.ask('commit', { n: 1, entry: entry(this.epoch), turn });
    this.capabilities.push(next);
    return seq;
  }
}
