/** The line to one server, the own inbox there, and the world that conversations on it live in. */
import type { ContactCard } from '@polynya/protocol/content';
import { Connection } from '@polynya/reach/client/client';
import type { Hello } from '@polynya/reach/client/session-keeper';
import type { World } from '../conversation/world.ts';
import type { Device } from '../device.ts';
import { Inbox } from '../inbox/inbox.ts';
import { KnownWay } from './known-way.ts';
import type { Knowing, Learned } from './own-endpoints.ts';
import { type Server, serverSaved } from './server.ts';

/** ms: a clock that is off by less is nobody's concern. */
const CLOCK_OFF = 5 * 60_000;
/** ms: after the line stands, what people wait for goes first. */
const SETTLED = 3_000;
/** ms: what many are told at once one of them hands on, as a rule, before the others would. */
const SPREAD = 60_000;

const handing = () => import('./handing-on.ts');
type Handing = Awaited<ReturnType<typeof handing>>;

export class ServerLink {
  readonly connection: Connection;
  readonly world: World;
  readonly #device: Device;
  readonly #inbox: Inbox;
  #server: Server;
  #kept: boolean;
  readonly #known: KnownWay;
  #way: string | null = null;
  /** The server tells this session when other endpoints lead to it. */
  #following = false;
  #cancelAsking: () => void = () => undefined;
  #cancelHanding: () => void = () => undefined;

  /** @param kept what is learned of the server is stored */
  constructor(device: Device, server: Server, kept: boolean) {
    this.#device = device;
    this.#server = server;
    this.#kept = kept;
    const { store, engine, clock, random, carriers, openings, freezes, log } = device.ports;
    const { identity, endpoints, record } = server;
    const known = new KnownWay(store, identity, device.ports.network ?? (() => ''));
    this.#known = known;
    this.connection = new Connection({
      address: { identity, endpoints },
      carriers,
      clock,
      random,
      openings,
      ...(record && { record }),
      saveRecord: (newer) => this.#saveRecord(newer),
      onEndpoints: (told) => this.#learn(async ({ takeTold }, at) => takeTold(told, at)),
      meet: async (offer) => {
        const { allowance } = this.#server;
        const request = { op: 'meet', allowance, offer } as const;
        return (await this.connection.call(request, { patience: 0 })).answer;
      },
      loadWay: () => known.load(),
      ...(freezes && { freezes }),
      saveWay: (way) => {
        this.#way = way;
        if (this.#kept) known.save(way);
      },
    });
    this.connection.onStatus((status) => {
      device.changes.touch('status');
      if (!this.#kept) return;
      if (status === 'online') {
        device.tryAgain(this);
        this.#cancelAsking();
        this.#cancelAsking = clock.setTimeout(() => this.#askForEndpoints(), SETTLED);
        return;
      }
      this.#inbox.lineLost();
      for (const conversation of device.conversationsOn(this)) conversation.lineLost();
    });
    this.connection.onHello(() => {
      this.#following = false;
      device.changes.touch('status');
    });
    this.world = {
      store,
      engine,
      clock,
      random,
      log,
      timeline: device.timeline,
      changes: device.changes,
      connection: this.connection,
      self: () => device.self,
      server: () => this.#server,
      serverNow: () => clock.now() + (this.#hello?.offset ?? 0),
      nameKnown: () => device.nameKnown,
      blocked: (person) => device.blocked.has(person),
      request: (chat) => device.memory.request(chat),
      storageFull: (full) => device.setStorageFull(full),
      stuck: (chat) => {
        if (!device.memory.request(chat)) device.recovery.look(chat);
      },
      inboxRead: () => this.#inbox.read(),
      turned: device.ports.turned,
      told: (chat, told) => device.told(chat, told),
      devicesChanged: (chat) => device.devicesChanged(chat),
      openInbox: (token, whose) => this.#inbox.open(token, whose),
      card: (token) => this.#card(token),
      recordHanded: (chat, record) =>
        void this.#quietly(async () => (await handing()).takeRecord(device, chat, record)),
    };
    this.#inbox = new Inbox(this.world, {
      tokens: () => device.tokensAt(identity),
      letter: async (from, payload, taken) => {
        const { receiveLetter } = await import('../occasional.ts');
        await receiveLetter(device, this, from, payload, taken);
      },
      saved: (saved) => {
        this.#server = saved;
      },
    });
  }

  get server(): Server {
    return this.#server;
  }

  /** This device's clock minus the server's, ms, if that matters. */
  get clockOff(): number | null {
    const off = -(this.#hello?.offset ?? 0);
    return Math.abs(off) > CLOCK_OFF ? off : null;
  }

  /** The line is up, and not everything has come by it yet. */
  get syncing(): boolean {
    if (this.connection.status !== 'online' || !this.#server.admitted) return false;
    if (!this.#device.loading.isWhole || !this.#inbox.caughtUp) return true;
    return this.#device.conversationsOn(this).some(({ caughtUp }) => !caughtUp);
  }

  get build(): string {
    return this.#hello?.build ?? '';
  }

  /** Carrier and endpoint in use; null while there is no line. */
  get way(): string | null {
    return this.connection.status === 'online' ? this.#way : null;
  }

  get outdated(): boolean {
    return this.connection.problem === 'version';
  }

  /** Reads the inbox from now on, once admitted. */
  start(): void {
    if (this.#server.admitted) void this.#inbox.start();
  }

  /** What is learned from now on is stored: what was learned so far is already. */
  keep(): void {
    this.#kept = true;
    if (this.#way !== null) this.#known.save(this.#way);
  }

  async update(server: Server): Promise<void> {
    if (this.#kept) await this.#device.ports.store.apply([serverSaved(server)]);
    this.#server = server;
  }

  close(): void {
    this.#cancelAsking();
    this.#cancelHanding();
    this.#inbox.close();
    this.connection.close();
  }

  get #hello(): Hello | null {
    return this.connection.hello;
  }

  #card(token: Uint8Array): ContactCard {
    const { identity, endpoints, inbox } = this.#server;
    return { identity, endpoints: [...endpoints], inbox: inbox.log, token };
  }

  #askForEndpoints(): void {
    if (!this.#server.admitted || this.#following) return;
    this.#following = true;
    this.#learn(({ askForEndpoints }, at) => askForEndpoints(at));
  }

  /** Goes by what `ask` brings, and hands it on by and by. */
  #learn(ask: (how: Handing, at: Knowing) => Promise<Learned | null>): void {
    void this.#quietly(async () => {
      const { store, clock, random, hostsAt } = this.#device.ports;
      const { connection } = this;
      const now = this.world.serverNow();
      const how = await handing();
      const learned = await ask(how, { connection, server: this.#server, store, now, hostsAt });
      if (!learned) return;
      await this.lead(learned.endpoints);
      this.#cancelHanding();
      const wait = ((random(1)[0] ?? 0) / 256) * SPREAD;
      this.#cancelHanding = clock.setTimeout(
        () => void this.#quietly(() => how.handOn(this.#device, this, learned.record)),
        wait,
      );
    });
  }

  /** Goes by these endpoints from now on. */
  async lead(endpoints: readonly string[]): Promise<void> {
    await this.update({ ...this.#server, endpoints: [...endpoints] });
    this.connection.lead(endpoints);
  }

  async #quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch {
      // Closed meanwhile, or no room: asked again in the next session.
    }
  }

  #saveRecord(record: Uint8Array): void {
    this.update({ ...this.#server, record }).catch(() => {
      // Only a saving: without it the record is asked for again at the next start.
    });
  }
}
