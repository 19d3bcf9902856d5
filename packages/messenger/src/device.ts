/**
 * Everything that runs on this device, and how the parts are put together: the person, the lines to servers,
 * the conversations, the timeline and the files. The facade (messenger.ts) and the views read it.
 */
import type { Engine } from '@polynya/mls/engine';
import { equal, toHex } from '@polynya/protocol/bytes';
import type { Note } from '@polynya/protocol/content';
import type { DeviceList } from '@polynya/protocol/device-list';
import type { CarrierFactory } from '@polynya/reach/carriers/carrier';
import type { Openings } from '@polynya/reach/client/openings';
import type { Clock, Random } from '@polynya/reach/clock';
import { type ChatId, type PersonId, Problem } from './api.ts';
import { ChatMemory } from './chat-memory.ts';
import type { Told } from './conversation/advance.ts';
import { capability } from './conversation/capability.ts';
import { Conversation } from './conversation/conversation.ts';
import type { Held } from './conversation/held.ts';
import { countWaiting } from './conversation/outbox.ts';
import { leavesOf } from './conversation/roster.ts';
import type { Scheduled } from './conversation/scheduled.ts';
import { SCHEDULED } from './conversation/scheduled-keys.ts';
import type { Log, World } from './conversation/world.ts';
import { fleetOf, hasFleet } from './devices/later.ts';
import type { KnownList } from './devices/registry.ts';
import { LaterFiles } from './files/later.ts';
import { loadCompared } from './identity/compared.ts';
import { isGrown, lists } from './identity/device-list.ts';
import { personId } from './identity/person.ts';
import { Self } from './identity/self.ts';
import type { Visit } from './invite/arriving.ts';
import { HANDOVER_PHASE, loadHandovers } from './invite/handover.ts';
import { loadServers, type Server } from './line/server.ts';
import { ServerLink } from './line/server-link.ts';
import { Loading } from './loading.ts';
import { Changes } from './queries/changes.ts';
import { KeptSummaries } from './queries/kept-summaries.ts';
import { Summaries } from './queries/summaries.ts';
import { Recovery } from './recovery/recovery.ts';
import { LaterSearch } from './search/later.ts';
import type { Change, Store } from './store/store.ts';
import { watchExpiry } from './timeline/expiry.ts';
import { Timeline } from './timeline/timeline.ts';
import { summaryOf } from './views.ts';

export interface Ports {
  readonly store: Store;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly random: Random;
  /** In the order in which they are tried. */
  readonly carriers: readonly CarrierFactory[];
  readonly log: Log;
  /** Of all who connect from this browser; when absent, each line counts for itself. */
  readonly openings?: Openings;
  /** Whether connections are known to freeze here. */
  readonly freezes?: boolean;
  /** Tells networks apart, for what is remembered of each; one for all where the platform cannot tell. */
  readonly network?: () => string;
  /** Hears where hosts are that are known by name, as a server says it; where a platform can go there. */
  readonly hostsAt?: (line: string) => void;
  readonly turned?: World['turned'];
  /** Is handed everything that the store holds before it begins to run: for what only some platforms have. */
  readonly opened?: (device: Device) => void;
  /**
   * The list of chats is kept, and shown before the chats are read, where there is something to hear why they then
   * could not be.
   */
  readonly lateTrouble?: (error: unknown) => void;
}

export class Device {
  readonly ports: Ports;
  readonly changes: Changes;
  readonly timeline: Timeline;
  readonly files: LaterFiles;
  readonly memory: ChatMemory;
  readonly links = new Map<string, ServerLink>();
  readonly conversations = new Map<ChatId, Conversation>();
  readonly blocked = new Set<PersonId>();
  /** See `ComparedWith` in identity/compared.ts. */
  compared = new Map<PersonId, readonly string[]>();
  /** Which record of a server was said last in a chat (`line/handing-on.ts`). */
  readonly handed = new Map<ChatId, string>();
  /** Those whose chats this person accepted, or whom they brought into one (requests.ts). */
  readonly met = new Set<PersonId>();
  /** The newest device lists of other people that were seen anywhere, where they have changed once. */
  readonly lists = new Map<PersonId, KnownList>();
  /** Arrivals by a link that are under way (invite/arriving.ts). */
  readonly arrivals = new Map<string, Promise<ChatId | null>>();
  /** The invite that was looked at last, if its server is not ours: whoever follows it need not fetch it again. */
  previewed: Visit | null = null;
  readonly recovery: Recovery;
  readonly search: LaterSearch;
  readonly summaries: Summaries;
  /** `conversations` has all of them once that is done. */
  readonly loading: Loading;
  /** Takes away what goes by itself, if it is time. */
  readonly lookForExpired: () => void;
  storageFull = false;
  /** Chats that come and go past the server just now (count; carry/at-home.ts). */
  near = 0;
  readonly #closing = new AbortController();
  readonly #kept: KeptSummaries | null;
  #starting: Promise<void> | null = null;
  #running = false;
  #self: Self | null = null;
  #scheduled: Promise<Scheduled> | null = null;

  private constructor(ports: Ports, memory: ChatMemory) {
    this.changes = new Changes(ports.clock);
    this.ports = { ...ports, store: this.changes.heard(ports.store) };
    this.memory = memory;
    const { store, clock, random, log } = this.ports;
    this.summaries = new Summaries({
      changes: this.changes,
      summarise: (chat) => summaryOf(this, chat),
      pause: () => this.loading.pause(),
    });
    this.#kept = ports.lateTrouble ? new KeptSummaries(this.ports, this) : null;
    this.loading = new Loading(this, (chat, held) => this.#begin(chat, held));
    this.recovery = new Recovery(this);
    this.timeline = new Timeline(
      store,
      () => this.self.person,
      () => clock.now(),
    );
    this.files = new LaterFiles({
      store,
      clock,
      random,
      timeline: this.timeline,
      changes: this.changes,
      me: () => this.self.person,
      connectionFor: (chat) => this.linkOf(chat).connection,
      allowanceFor: (chat) => this.linkOf(chat).server.allowance,
      // Nor of one that is not read yet.
      request: (chat) => (this.conversations.has(chat) ? memory.request(chat) : 'unread'),
      send: (chat, content, id) => this.conversation(chat).queueOnce(content, id),
      onTrouble: (error) => log(`a file waits: ${error instanceof Error ? error.name : 'unknown'}`),
    });
    this.lookForExpired = watchExpiry(this);
    this.search = new LaterSearch(this);
  }

  /** What the store holds comes to life. @throws StoreError; ProtocolError 'malformed' for a damaged store */
  static async open(ports: Ports): Promise<Device> {
    const { store } = ports;
    const device = new Device(ports, await ChatMemory.open(store));
    device.#self = (await Self.load(store)) ?? null;
    for (const [key] of await store.range('person', { from: 'blocked/', to: 'blocked0' })) {
      device.blocked.add(key.slice('blocked/'.length));
    }
    for (const [key] of await store.range('person', { from: 'met/', to: 'met0' })) {
      device.met.add(key.slice('met/'.length));
    }
    device.compared = await loadCompared(store);
    for (const server of await loadServers(store)) device.addServer(server);
    if (!ports.lateTrouble) await device.loading.all();
    return device;
  }

  /** Logs are followed, lines are opened. @throws as `open` */
  start(): Promise<void> {
    this.#starting = this.#start();
    return this.#starting;
  }

  async #start(): Promise<void> {
    this.#running = true;
    for (const conversation of this.conversations.values()) await conversation.start();
    if (this.#kept) {
      const opened = this.#kept.open(this.summaries);
      this.summaries.after(opened.then(({ length }) => (length > 0 ? null : this.loading.begun)));
      await this.loading.all(await opened);
      this.changes.onChat((chat) => this.#kept?.touched(chat));
    }
    if (this.closing.aborted) return;
    for (const link of this.links.values()) link.start();
    await this.files.resumeAll();
    this.lookForExpired();
    for (const [chat, { declined }] of this.memory.requests) {
      if (declined) (await import('./occasional.ts')).depart(this, chat);
    }
    if ((await this.ports.store.range('setting', { ...SCHEDULED, limit: 1 })).length > 0) {
      await this.scheduled();
    }
    if (await hasFleet(this)) await (await fleetOf(this)).start();
  }

  /** What is to be said later, which is looked after from the first call on. */
  scheduled(): Promise<Scheduled> {
    this.#scheduled ??= this.loading.whole
      .then(async () => import('./occasional.ts'))
      .then(
        (parts) => new parts.Scheduled(this),
        (error: unknown) => {
          this.#scheduled = null;
          throw error;
        },
      );
    return this.#scheduled;
  }

  /** The clock may have gone on while nothing ran. */
  lookForScheduled(): void {
    this.#scheduled?.then((scheduled) => scheduled.look()).catch(() => undefined);
  }

  /** Stops after the steps under way; nothing is lost. */
  async close(): Promise<void> {
    this.#closing.abort(new Problem('offline'));
    this.files.close();
    this.recovery.close();
    await this.#starting?.catch(() => undefined);
    const closing = [...this.conversations.values()].map((conversation) => conversation.close());
    for (const link of this.links.values()) link.close();
    this.previewed?.line.close();
    await Promise.all(closing);
    this.changes.close();
    await this.#kept?.flush();
  }

  /** Aborts, with a Problem, when nothing more will be done here. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** @throws Problem 'not-registered' */
  get self(): Self {
    if (!this.#self) throw new Problem('not-registered');
    return this.#self;
  }

  get registered(): Self | null {
    return [...this.links.values()].some(({ server }) => server.admitted) ? this.#self : null;
  }

  /** The person of this device from now on: what was given is stored already. */
  become(self: Self | null): void {
    this.#self = self;
  }

  /** Of a chat that may still be to be read. @throws Problem 'not-found'; StoreError */
  async need(chat: ChatId): Promise<Conversation> {
    await this.loading.ready(chat);
    return this.conversation(chat);
  }

  /** @throws Problem 'not-found' */
  conversation(chat: ChatId): Conversation {
    const found = this.conversations.get(chat);
    if (!found) throw new Problem('not-found');
    return found;
  }

  linkOf(chat: ChatId): ServerLink {
    const { server } = this.conversation(chat).held.state;
    const link = this.links.get(toHex(server));
    if (!link) throw new Problem('unknown-server');
    return link;
  }

  /** The server on which new conversations are made. @throws Problem 'not-registered' */
  get homeLink(): ServerLink {
    const home = [...this.links.values()].find(({ server }) => server.admitted);
    if (!home) throw new Problem('not-registered');
    return home;
  }

  addServer(server: Server): ServerLink {
    const link = new ServerLink(this, server, true);
    this.links.set(toHex(server.identity), link);
    return link;
  }

  /** A line of which nothing is kept until `settle`. To be closed by the caller. */
  visit(server: Server): ServerLink {
    return new ServerLink(this, server, false);
  }

  /** A visit whose server is stored becomes one of our lines, unless there is one to that server by now. */
  settle(visit: ServerLink): ServerLink {
    const key = toHex(visit.server.identity);
    const ours = this.links.get(key) ?? visit;
    if (ours !== visit) visit.close();
    ours.keep();
    this.links.set(key, ours);
    return ours;
  }

  removeServer(identity: Uint8Array): void {
    this.links.get(toHex(identity))?.close();
    this.links.delete(toHex(identity));
  }

  /** A conversation that is stored already comes to life. */
  async addConversation(chat: ChatId, held: Held): Promise<Conversation> {
    const link = this.links.get(toHex(held.state.server));
    if (!link) throw new Problem('unknown-server');
    const secret = held.group.active ? await capability(held.group) : new Uint8Array(32);
    const conversation = new Conversation(link.world, chat, held, secret);
    this.conversations.set(chat, conversation);
    this.changes.touchChat(chat);
    return conversation;
  }

  /** The newest list of that person has not this device (a signature key). */
  refuses(person: PersonId, device: Uint8Array): boolean {
    const list = this.#self?.person === person ? this.#self.list : this.lists.get(person)?.list;
    return list !== undefined && !lists(list, device);
  }

  /** Device lists that hold were seen: the newest of each person is kept. */
  async seen(writers: readonly { root: Uint8Array; list: DeviceList }[]): Promise<void> {
    const news = writers.filter(
      ({ root, list }) => isGrown(list) || this.lists.has(personId(root)),
    );
    if (news.length > 0) await (await fleetOf(this)).seen(news);
  }

  /** The chat of the own devices, if there is one, was read to its head. */
  get nameKnown(): boolean {
    const { group } = this.#self ?? { group: null };
    const own = [...this.conversations.values()].find(
      ({ held }) => group && equal(held.state.log, group),
    );
    return group === null || (own?.caughtUp ?? false);
  }

  /** Tells the other own devices, if there are any. */
  async note(note: Note): Promise<void> {
    if (this.#self?.group) await (await fleetOf(this)).say(note);
  }

  /** What is to be stored of what was said of devices. */
  async told(chat: ChatId, told: readonly Told[]): Promise<Change[]> {
    return told.length > 0 ? (await fleetOf(this)).told(chat, told) : [];
  }

  /** Leaves came or went, or what `told` gave is stored. */
  devicesChanged(chat: ChatId): void {
    const held = this.conversations.get(chat)?.held;
    if (!held?.group.active) return;
    const leaves = leavesOf(held.group);
    const look = async () => {
      await this.seen(leaves);
      if (this.#self && (isGrown(this.#self.list) || held.state.self || this.#self.backup)) {
        (await fleetOf(this)).look();
      }
    };
    look().catch((error: unknown) => this.ports.log(`devices wait: ${String(error)}`));
  }

  /** What was typed or is uploaded and the server does not have yet. @throws StoreError */
  async sending(): Promise<number> {
    const { store } = this.ports;
    const { made, withdrawn } = HANDOVER_PHASE;
    const handovers = await loadHandovers(store);
    let owed = handovers.filter(({ phase }) => phase === made || phase === withdrawn).length;
    for (const { unannounced } of this.conversations.values()) if (unannounced) owed++;
    return owed + (await countWaiting(store)) + (await this.files.uploads());
  }

  setStorageFull(full: boolean): void {
    if (this.storageFull === full) return;
    this.storageFull = full;
    this.changes.touch('status');
  }

  /** A line is there again: whatever waits for it need not wait longer. */
  tryAgain(link: ServerLink): void {
    for (const conversation of this.conversationsOn(link)) conversation.tryAgain();
  }

  conversationsOn({ server }: ServerLink): Conversation[] {
    return [...this.conversations.values()].filter(({ held }) =>
      equal(held.state.server, server.identity),
    );
  }

  /** Every contact token of the conversations on one server. */
  tokensAt(identity: Uint8Array): Uint8Array[] {
    return [...this.conversations.values()]
      .map(({ held }) => held.state)
      .filter(
        ({ server, phase }) =>
          equal(server, identity) && (phase === 'active' || phase === 'stopped'),
      )
      .map(({ token }) => token);
  }

  async #begin(chat: ChatId, held: Held): Promise<void> {
    if (this.closing.aborted) return;
    const conversation = await this.addConversation(chat, held);
    if (this.closing.aborted) await conversation.close();
    else if (this.#running) await conversation.start();
  }
}
