/** A group under load: members that append, commit and watch, and record what they were told. */
import { setTimeout } from 'node:timers/promises';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Entry, NewEntry, Turn } from '@polynya/protocol/requests';
import { History, type Verdict } from './history.ts';
import { entry, hashOf, secret } from './ids.ts';
import { connectTo, newLogOn, type ServerProcess } from './server-process.ts';
import { Lost, type WireClient } from './wire-client.ts';

const WRITERS = 3;
/** What a request weighs, so that a small disk fills soon. */
const BODY = 'x'.repeat(200);

/** A Commit was in between, and maybe its committer does not know yet that it was taken. */
const isOvertaken = (error: unknown) =>
  error instanceof ProtocolError && (error.code === 'stale' || error.code === 'forbidden');

/** ms that a server may take until it lets members in. */
const PATIENCE = 60_000;

interface Pending {
  readonly entries: readonly NewEntry[];
  /** Of a Commit: its turn, and the secret of the epoch that it leads to. */
  readonly commit?: { readonly turn: Turn; readonly next: Uint8Array };
}

/** One thing under way at a time; what it heard nothing of it asks again. */
class Member {
  pending: Pending | undefined;
  readonly #group: Group;
  readonly #commits: boolean;
  #made = 0;

  constructor(group: Group, commits: boolean) {
    this.#group = group;
    this.#commits = commits;
  }

  /** Until the connection is lost, or `stop` says so and nothing is pending. */
  async run(client: WireClient, stop: () => boolean): Promise<void> {
    while (this.pending || !stop()) {
      this.pending ??= this.#commits ? this.#commit() : this.#batch();
      try {
        await this.#ask(client, this.pending);
        this.pending = undefined;
      } catch (error) {
        if (error instanceof Lost) return;
        if (isOvertaken(error) && !this.#commits) this.pending = undefined;
        else if (!(error instanceof ProtocolError) || !error.retriable) throw error;
        else this.#group.refused.push(error.code);
        await setTimeout(2);
      }
      if (this.#commits) await setTimeout(10);
    }
  }

  async #ask(client: WireClient, { entries, commit }: Pending): Promise<void> {
    const { history, log, capabilities } = this.#group;
    const [first] = entries;
    const secret = capabilities.at(-1);
    if (!first || !secret) throw new Error('nothing to ask');
    history.sends(entries, commit?.turn);
    const [, answer] = await client.send([
      { op: 'open', n: 1, log, secret },
      commit
        ? { op: 'commit', n: 1, entry: first, turn: commit.turn }
        : { op: 'append', n: 1, entries: [...entries] },
    ]);
    if (answer?.status !== 'fulfilled') throw answer?.reason;
    const { seq, seqs } = answer.value as { seq: number; seqs?: number[] };
    history.told(entries, seqs ?? [seq]);
    this.#group.acknowledged += entries.length;
    this.#group.onTold();
    if (commit) capabilities.push(commit.next);
  }

  #batch(): Pending {
    const epoch = this.#group.capabilities.length - 1;
    return { entries: Array.from({ length: 1 + (this.#made++ % 4) }, () => entry(epoch, BODY)) };
  }

  /** Every fourth closes. */
  #commit(): Pending {
    const epoch = this.#group.capabilities.length - 1;
    const next = secret();
    const turn = { closes: epoch % 4 === 3, next: hashOf(next) };
    return { entries: [entry(epoch)], commit: { turn, next } };
  }
}

export class Group {
  readonly history = new History();
  readonly log: Uint8Array;
  /** Of the epochs, the newest last: what the members share. */
  readonly capabilities: Uint8Array[];
  acknowledged = 0;
  /** Called at each acknowledgement, and when who watches was handed something: that is as good as one. */
  onTold: () => void = () => undefined;
  /** Why the server put members off, each time. */
  readonly refused: string[] = [];
  readonly #members: readonly Member[];

  private constructor(log: Uint8Array, capability: Uint8Array) {
    this.log = log;
    this.capabilities = [capability];
    const writers = Array.from({ length: WRITERS }, () => new Member(this, false));
    this.#members = [...writers, new Member(this, true)];
  }

  static async on(server: ServerProcess): Promise<Group> {
    const founder = await connectTo(server);
    const { log, capability } = await newLogOn(founder, server);
    founder.close();
    return new Group(log, capability);
  }

  /** Members whose requests are under way. */
  get underWay(): number {
    return this.#members.filter(({ pending }) => pending !== undefined).length;
  }

  /**
   * All members work until `until` resolves, each over a connection of its own, and one more watches; then
   * `end` ends the server or does not, in which case they finish what is pending.
   */
  async work(
    server: ServerProcess,
    until: () => Promise<void>,
    end: () => Promise<void> = async () => undefined,
  ): Promise<void> {
    const clients = await Promise.all(this.#members.map(() => reach(server)));
    const watcher = await this.#watch(server);
    let over = false;
    const working = Promise.all(
      this.#members.map((member, i) => member.run(clients[i] as WireClient, () => over)),
    );
    await Promise.race([until(), working]);
    over = true;
    await end();
    await working;
    for (const client of [...clients, watcher]) client.close();
  }

  /** Until so many more were acknowledged, however slow the disk is: a point in the load, not in time. */
  async acknowledgements(more: number): Promise<void> {
    for (const enough = this.acknowledged + more; this.acknowledged < enough; ) await setTimeout(1);
  }

  /** Reads the whole log with the newest capability, and judges. */
  async judge(server: ServerProcess): Promise<Verdict> {
    const client = await reach(server);
    await client.ask('open', { n: 1, log: this.log, secret: this.capabilities.at(-1) ?? this.log });
    const entries: Entry[] = [];
    for (;;) {
      const from = entries.length + 1;
      const { entries: more, head } = await client.ask('read', { n: 1, from, bytes: 100_000 });
      entries.push(...more);
      if (entries.length >= head || more.length === 0) break;
    }
    client.close();
    return this.history.judge(entries);
  }

  async #watch(server: ServerProcess): Promise<WireClient> {
    const client = await reach(server);
    const hear = this.history.watch();
    client.onPush = (item) => {
      if (item.item !== 'push') return;
      hear(item.entries);
      this.onTold();
    };
    const secret = this.capabilities.at(-1) ?? this.log;
    await client.send([
      { op: 'open', n: 1, log: this.log, secret },
      { op: 'watch', n: 1 },
    ]);
    return client;
  }
}

/** As any client does that is refused: begins anew, for the process whose record it asked for may just have ended. */
async function reach(server: ServerProcess): Promise<WireClient> {
  for (const patience = AbortSignal.timeout(PATIENCE); ; await setTimeout(50)) {
    try {
      return await connectTo(server);
    } catch (error) {
      if (!(error instanceof Lost) || patience.aborted) throw error;
    }
  }
}
