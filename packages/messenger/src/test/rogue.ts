/** A member's device in wrong hands: it holds what the honest one held, and keeps to no rule but the server's. */
import { sha256 } from '@noble/hashes/sha2.js';
import { nodePrimitives } from '@polynya/crypto/node-primitives';
import type { Engine } from '@polynya/mls/engine';
import { makeEngine } from '@polynya/mls/engine/polynya-engine';
import { encodeMessage, type KnownContent } from '@polynya/protocol/content';
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { Connection } from '@polynya/reach/client/client';
import type { LogHandle } from '@polynya/reach/client/log-handle';
import { systemClock, systemRandom } from '@polynya/reach/clock';
import type { ChatId } from '../api.ts';
import { capability } from '../conversation/capability.ts';
import { type Held, loadHeld } from '../conversation/held.ts';
import { hashAt } from '../conversation/state.ts';
import { authenticationService } from '../identity/authentication-service.ts';
import { Self } from '../identity/self.ts';
import { openKeyPackage } from '../inbox/key-packages.ts';
import { type Addressee, type LetterPayload, writeLetter } from '../inbox/letters.ts';
import { loadServers, type Server } from '../line/server.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { Person } from './town.ts';

export class Rogue {
  readonly held: Held;
  readonly log: LogHandle;
  readonly engine: Engine;
  readonly self: Self;
  readonly server: Server;
  readonly connection: Connection;

  private constructor(
    held: Held,
    log: LogHandle,
    own: { engine: Engine; self: Self; server: Server; connection: Connection },
  ) {
    this.held = held;
    this.log = log;
    this.engine = own.engine;
    this.self = own.self;
    this.server = own.server;
    this.connection = own.connection;
  }

  /** Takes over a device whose messenger is closed. */
  static async of(person: Person, chat: ChatId): Promise<Rogue> {
    const store = await openSqliteStore(person.path);
    const now = () => Math.floor(Date.now() / 1_000);
    const engine = makeEngine({
      authentication: authenticationService,
      primitives: nodePrimitives,
      now,
    });
    const held = await loadHeld(store, engine, chat);
    const [server] = await loadServers(store);
    const self = await Self.load(store);
    await store.close();
    if (!held || !server || !self) throw new Error('nothing to take over');
    const connection = new Connection({
      address: server,
      carriers: [webSocketCarrier],
      clock: systemClock,
      random: systemRandom,
    });
    const log = connection.log(held.state.log, await capability(held.group));
    return new Rogue(held, log, { engine, self, server, connection });
  }

  /** Commits whatever MLS allows. */
  async commit(
    change: { add?: Uint8Array[]; remove?: number[] },
    next?: Uint8Array,
  ): Promise<void> {
    const { group } = this.held;
    const id = systemRandom(16);
    const staged = await group.commit({ ...change, authenticatedData: id });
    const honest = sha256(await capability(staged.group));
    const entry = { id, epoch: group.epoch, body: staged.body };
    await this.log.commit(entry, { closes: staged.closes, next: next ?? honest });
  }

  /** Says something, with a hash of the log, or a place in it, that may be wrong. @returns the sealed body */
  async say(body: KnownContent, hash?: Uint8Array, seq?: number): Promise<Uint8Array> {
    const { group, state } = this.held;
    const id = systemRandom(16);
    const known = hash ?? hashAt(state, state.cursor) ?? new Uint8Array(6);
    const plaintext = encodeMessage({
      at: 1_800_000_000,
      seq: seq ?? state.cursor,
      hash: known,
      authenticator: new Uint8Array(4),
      body,
    });
    const sealed = await group.seal(plaintext, id);
    await this.append(sealed.body, id);
    return sealed.body;
  }

  /** A Commit that does not even open. */
  async spoil(): Promise<void> {
    const entry = { id: systemRandom(16), epoch: this.held.group.epoch, body: systemRandom(300) };
    await this.log.commit(entry, { closes: true, next: systemRandom(32) });
  }

  /** A KeyPackage that a member left for the others. */
  async take(name: string): Promise<Addressee> {
    const known = this.held.state.people.find((person) => person.name === name);
    const card = known?.cards[0]?.card;
    if (!card) throw new Error(`no card of ${name}`);
    const inbox = this.connection.log(card.inbox, card.token);
    const taken = await inbox.take(systemRandom(16));
    inbox.close();
    const keyPackage = await openKeyPackage(card.token, taken.package ?? new Uint8Array(0));
    const { ref } = await this.engine.inspect(keyPackage);
    return { root: known.root, card, keyPackage, ref };
  }

  async write(to: Addressee, payload: LetterPayload): Promise<void> {
    const { engine, connection, self } = this;
    await writeLetter({ engine, connection, self: () => self }, to, systemRandom(16), payload);
  }

  async append(body: Uint8Array, id: Uint8Array = systemRandom(16)): Promise<void> {
    await this.log.append([{ id, epoch: this.held.group.epoch, body }]);
  }

  close(): void {
    this.log.close();
    this.connection.close();
  }
}
