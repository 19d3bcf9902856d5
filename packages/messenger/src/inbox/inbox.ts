/**
 * The own inbox on one server: contact tokens are let in, KeyPackages kept in stock, letters read in order.
 * A letter that makes no sense, or comes from somebody unknown or blocked, is passed over.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { MlsError } from '@polynya/mls/mls-error';
import { equal } from '@polynya/protocol/bytes';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Entry } from '@polynya/protocol/requests';
import type { LogHandle } from '@polynya/reach/client/log-handle';
import { pause } from '@polynya/reach/clock';
import type { World } from '../conversation/world.ts';
import { KnownHead } from '../line/known-head.ts';
import { type Server, serverSaved } from '../line/server.ts';
import {
  expiredKeyPackages,
  findKeyPackage,
  keyPackageSaved,
  keyPackageUsed,
  makeKeyPackage,
  type StockedKeyPackage,
  sealKeyPackage,
} from './key-packages.ts';
import { faded } from './left-behind.ts';
import { type LetterPayload, letterRef, openLetter, type Writer } from './letters.ts';

/** Letters an hour by the holders of one token: of a chat, and of the own devices, who bring in as many chats as there are. */
const PER_HOUR = { chat: 60, own: 3_600 };
/** ms */
const RETRY = 5_000;
const DAY = 86_400_000;

export interface Mailbox {
  /** Every contact token that was let in. */
  tokens(): readonly Uint8Array[];
  /** A letter that holds; settles once it is dealt with, so that it need not be read again. */
  letter(from: Writer, payload: LetterPayload, taken: StockedKeyPackage): Promise<void>;
  saved(server: Server): void;
}

export class Inbox {
  readonly #world: World;
  readonly #mailbox: Mailbox;
  readonly #log: LogHandle;
  readonly #closing = new AbortController();
  readonly #head = new KnownHead();
  #made: Promise<void> | null = null;
  /** ms */
  #tidied = 0;
  #unwatch: (() => void) | null = null;

  constructor(world: World, mailbox: Mailbox) {
    this.#world = world;
    this.#mailbox = mailbox;
    const { inbox } = world.server();
    this.#log = world.connection.log(inbox.log, inbox.secret);
  }

  /** Makes the inbox if it is not there, and reads it from now on. Never rejects; tries until closed. */
  async start(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#make();
        const { inbox } = this.#world.server();
        this.#unwatch ??= this.#log.watch(
          {
            entries: (entries) => this.#read(entries),
            head: (head) => {
              this.#head.told(head);
              this.#world.changes.touch('status');
            },
          },
          inbox.cursor + 1,
        );
        await this.#restock();
        await this.#tidy();
        return;
      } catch (error) {
        if (this.#closed) return;
        this.#world.log(`the inbox waits: ${error instanceof Error ? error.message : 'unknown'}`);
        await pause(this.#world.clock, RETRY, this.#closing.signal);
      }
    }
  }

  /** Every letter that was there when the line came up is dealt with. */
  get caughtUp(): boolean {
    return this.#head.reachedBy(this.#world.server().inbox.cursor);
  }

  lineLost(): void {
    this.#head.lineLost();
  }

  /** Lets the holders of a contact token in. Can be repeated. @throws ProtocolError */
  async open(token: Uint8Array, whose: keyof typeof PER_HOUR = 'chat'): Promise<void> {
    await this.#make();
    await this.#log.allow(sha256(token), PER_HOUR[whose]);
    await this.#stock(token);
  }

  /** Whether every letter that lies here now was dealt with. @throws ProtocolError */
  async read(): Promise<boolean> {
    await this.#make();
    const { head } = await this.#log.state();
    return head <= this.#world.server().inbox.cursor;
  }

  close(): void {
    this.#closing.abort();
    this.#unwatch?.();
    this.#log.close();
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  #make(): Promise<void> {
    this.#made ??= this.#create().catch((error: unknown) => {
      this.#made = null;
      throw error;
    });
    return this.#made;
  }

  async #create(): Promise<void> {
    const server = this.#world.server();
    const { inbox, allowance } = server;
    if (inbox.made) return;
    const hash = sha256(inbox.secret);
    await this.#world.connection.call({ op: 'create', log: inbox.log, kind: 1, hash, allowance });
    await this.#save({ ...server, inbox: { ...inbox, made: true } });
  }

  /** Of tokens whose stock has run out. */
  async #restock(): Promise<void> {
    const { low } = await this.#log.state();
    for (const token of this.#mailbox.tokens()) {
      const hash = sha256(token);
      if (low.some((one) => equal(one, hash))) await this.#stock(token);
    }
  }

  /** One to be used once and a last resort. What is stored here goes first, or a Welcome could not be opened. */
  async #stock(token: Uint8Array): Promise<void> {
    const { engine, random, clock, store } = this.#world;
    const self = this.#world.self();
    const now = clock.now();
    const once = await makeKeyPackage(engine, self, now, false);
    const last = await makeKeyPackage(engine, self, now, true);
    await store.apply([keyPackageSaved(once, false, now), keyPackageSaved(last, true, now)]);
    await this.#log.stock(
      sha256(token),
      [await sealKeyPackage(token, random, once.keyPackage)],
      await sealKeyPackage(token, random, last.keyPackage),
    );
  }

  /** Once a day, when no letter waits: keys that open nothing more are erased. */
  async #tidy(): Promise<void> {
    const { store, clock } = this.#world;
    const now = clock.now();
    if (now - this.#tidied < DAY || !(await this.read())) return;
    await store.apply([...(await expiredKeyPackages(store, now)), ...(await faded(store, now))]);
    this.#tidied = now;
  }

  async #read(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) {
      if (this.#closed || entry.seq <= this.#world.server().inbox.cursor) continue;
      await this.#untilDone(entry);
    }
  }

  /** One letter that cannot be dealt with now (no line, no room) keeps those behind it waiting. */
  async #untilDone(entry: Entry): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#take(entry);
        const server = this.#world.server();
        await this.#save({ ...server, inbox: { ...server.inbox, cursor: entry.seq } });
        await this.#restock();
        await this.#tidy();
        return;
      } catch (error) {
        this.#world.log(`a letter waits: ${error instanceof Error ? error.message : 'unknown'}`);
        await pause(this.#world.clock, RETRY, this.#closing.signal);
      }
    }
  }

  async #take(entry: Entry): Promise<void> {
    const { engine, store } = this.#world;
    const { inbox } = this.#world.server();
    const found = await findKeyPackage(store, letterRef(entry.body));
    if (!found) return this.#world.log('a letter to a KeyPackage that is gone was passed over');
    try {
      const { from, payload } = await openLetter(engine, found.own, inbox.log, entry.body);
      await this.#mailbox.letter(from, payload, found);
      // What it leads to may take a while: until then it is needed.
      const used = !found.lastResort && payload.kind !== 'refound';
      if (used) await store.apply([keyPackageUsed(found.own.ref)]);
    } catch (error) {
      const lasting =
        error instanceof MlsError || (error instanceof ProtocolError && !error.retriable);
      if (!lasting) throw error;
      this.#world.log(`a letter was passed over: ${error.code}`);
    }
  }

  async #save(server: Server): Promise<void> {
    await this.#world.store.apply([serverSaved(server)]);
    this.#mailbox.saved(server);
    this.#world.changes.touch('status');
  }
}
