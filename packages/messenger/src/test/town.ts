/**
 * A real server on a loopback port and as many messengers as a test wants, each with a store of its own that
 * outlives it: closed, reopened, cut off or killed as the test says.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodePrimitives } from '@polynya/crypto/node-primitives';
import { makeEngine } from '@polynya/mls/engine/polynya-engine';
import { inviteLink } from '@polynya/protocol/invite-link';
import type { CarrierFactory } from '@polynya/reach/carriers/carrier';
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { type Clock, systemClock, systemRandom } from '@polynya/reach/clock';
import type { ConfigInput } from '@polynya/server/config';
import { type RunningServer, startServer } from '@polynya/server/serve';
import type { Log } from '@polynya/server/server-log';
import type { ChatDetail, ChatId, MessageView, Messenger, Query, QueryResult } from '../api.ts';
import { Carry } from '../carry/carry.ts';
import { keyPassed } from '../carry/keys.ts';
import type { Device } from '../device.ts';
import { authenticationService } from '../identity/authentication-service.ts';
import { createMessenger } from '../messenger.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';

const PAGE = 'http://127.0.0.1/';
/** ms */
const PATIENCE = 20_000;
/** People in tests write faster than people do. */
const HURRIED: ConfigInput = { rates: { entries: { burst: 512, everyMs: 20 } } };

export interface PersonOptions {
  readonly clock?: Clock;
  readonly carriers?: readonly CarrierFactory[];
  /** What stands between the messenger and its store. */
  readonly wrap?: (store: Store) => Store;
  /** Devices that a group may have, as this one sees it. */
  readonly maxMembers?: number;
  /** Its list of chats is shown before they are read, as a page does it. */
  readonly lateTrouble?: (error: unknown) => void;
}

/** The server's. */
export interface TownOptions {
  readonly clock?: Clock;
  readonly config?: ConfigInput;
  readonly log?: Log;
  /** Where Web Push may go; null: nowhere. */
  readonly pushTo?: NonNullable<Parameters<typeof startServer>[0]['pushTo']> | null;
}

export class Town {
  readonly folder: string;
  server: RunningServer;
  readonly #people: Person[] = [];
  readonly #options: TownOptions;

  private constructor(folder: string, server: RunningServer, options: TownOptions) {
    this.folder = folder;
    this.server = server;
    this.#options = options;
  }

  static async found(options: TownOptions = {}): Promise<Town> {
    const folder = await mkdtemp(join(tmpdir(), 'polynya-town-'));
    return new Town(folder, await serve(folder, 0, options), options);
  }

  /** The server stops and comes back with the same data at the same port. @param meanwhile while it is gone */
  async restartServer(meanwhile: () => Promise<void> = async () => undefined): Promise<void> {
    const port = Number(new URL(this.server.url).port);
    await this.server.close();
    await meanwhile();
    this.server = await serve(this.folder, port, this.#options);
  }

  async serverInvite(): Promise<string> {
    const { identity, endpoints } = this.server;
    const secret = await this.server.invite(1, 7);
    return inviteLink(PAGE, { kind: 'server', identity, endpoints: [...endpoints], secret });
  }

  /** A device with nothing on it. */
  async device(name: string, options: PersonOptions = {}): Promise<Person> {
    const person = new Person(
      join(this.folder, `${this.#people.length}-${name}.db`),
      name,
      options,
    );
    this.#people.push(person);
    await person.open();
    return person;
  }

  /** Somebody registered by an invite of the host's. */
  async person(name: string, options: PersonOptions = {}): Promise<Person> {
    const person = await this.device(name, options);
    await person.messenger.register(await this.serverInvite(), name);
    return person;
  }

  async end(): Promise<void> {
    for (const person of this.#people) await person.close();
    await this.server.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export class Person {
  readonly name: string;
  /** Of the store. */
  readonly path: string;
  readonly #options: PersonOptions;
  readonly log: string[] = [];
  #messenger: Messenger | null = null;
  #device: Device | null = null;

  constructor(path: string, name: string, options: PersonOptions) {
    this.path = path;
    this.name = name;
    this.#options = options;
  }

  get messenger(): Messenger {
    if (!this.#messenger) throw new Error(`${this.name} is closed`);
    return this.#messenger;
  }

  get device(): Device {
    if (!this.#device) throw new Error(`${this.name} was never open`);
    return this.#device;
  }

  get carry(): Carry {
    return new Carry(this.device);
  }

  async open(): Promise<void> {
    const {
      clock = systemClock,
      carriers = [webSocketCarrier],
      wrap,
      maxMembers,
      lateTrouble,
    } = this.#options;
    const store = await openSqliteStore(this.path);
    const engine = makeEngine({
      authentication: authenticationService,
      primitives: nodePrimitives,
      now: () => Math.floor(clock.now() / 1_000),
      ...(maxMembers && { maxMembers }),
    });
    this.#messenger = await createMessenger({
      ...(lateTrouble && { lateTrouble }),
      store: wrap ? wrap(store) : store,
      engine,
      clock,
      random: systemRandom,
      carriers,
      log: (line) => this.log.push(line),
      turned: (chat, before, after) => keyPassed({ store, now: clock.now() }, chat, before, after),
      opened: (device) => {
        this.#device = device;
      },
    });
  }

  async close(): Promise<void> {
    const messenger = this.#messenger;
    this.#messenger = null;
    await messenger?.close();
  }

  async reopen(): Promise<void> {
    await this.close();
    await this.open();
  }

  /** Settles with the first answer to the query that satisfies `wanted`. */
  until<Q extends Query>(
    query: Q,
    wanted: (result: QueryResult[Q['query']]) => boolean,
    what = `${query.query} as wanted`,
  ): Promise<QueryResult[Q['query']]> {
    return new Promise((resolve, reject) => {
      let last: unknown;
      const off = this.messenger.subscribe(query, (result) => {
        last = result;
        if (!wanted(result)) return;
        end();
        resolve(result);
      });
      const timer = setTimeout(() => {
        end();
        const seen = JSON.stringify(last)?.slice(0, 2_000);
        reject(
          new Error(`${this.name} never saw ${what}; last: ${seen}; log: ${this.log.slice(-5)}`),
        );
      }, PATIENCE);
      const end = () => {
        clearTimeout(timer);
        queueMicrotask(() => off());
      };
    });
  }

  now<Q extends Query>(query: Q): Promise<QueryResult[Q['query']]> {
    return this.until(query, () => true);
  }

  /** The texts of a chat, in order, once there are so many. */
  async texts(chat: ChatId, count: number): Promise<string[]> {
    const { messages } = await this.until(
      { query: 'messages', chat, limit: 1_000 },
      (page) => page.messages.filter(isText).length >= count,
      `${count} messages`,
    );
    return messages.filter(isText).map(({ text }) => text);
  }

  /** Settles once so many people are in the chat, seats aside. */
  async people(chat: ChatId, count: number): Promise<ChatDetail> {
    const detail = await this.until(
      { query: 'chat', chat },
      (result) =>
        result?.people.filter(({ name }) => name !== '').length === count &&
        result.people.length === count,
      `${count} people`,
    );
    if (!detail) throw new Error('no such chat');
    return detail;
  }
}

export function isText(message: MessageView): boolean {
  return message.event === null && !message.deleted;
}

function serve(
  folder: string,
  port: number,
  { clock = systemClock, config = HURRIED, log = () => undefined, pushTo }: TownOptions,
): Promise<RunningServer> {
  return startServer({
    dataDir: join(folder, 'server'),
    host: '127.0.0.1',
    port,
    // Where a test turns the clock, time has passed.
    clock: { steady: () => clock.now(), ...clock },
    random: systemRandom,
    config,
    log,
    ...(pushTo !== undefined && { pushTo }),
  });
}
