/**
 * Finds devices in the same network with whom a secret is shared, by beacons (UDP multicast), and keeps one
 * sealed connection with each for each secret. Node only; knows neither whose the secrets are nor what is said.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { toHex } from '@polynya/protocol/bytes';
import type { Random } from '../../clock.ts';
import { type Beacon, decodeBeacon, encodeBeacon, RUN, tagOf } from './beacon.ts';
import {
  type BeaconPlace,
  type BeaconSocket,
  openBeaconSocket,
  placesHere,
} from './beacon-socket.ts';
import { ANSWER, answerTo, Caller, HELLO } from './handshake.ts';
import { NearLink } from './link.ts';

/** ms until the next beacon: often at first, when somebody waits for it. */
const BEACONS = { soon: 100, first: 500, later: 3_000, firstCount: 10 };
/** ms that a handshake may take. */
const HANDSHAKE = 5_000;
/** Connections that have proven nothing yet (count). */
const STRANGERS = 32;

export interface Shared<T> {
  readonly key: Uint8Array;
  readonly of: T;
}

export interface NearbyOptions<T> {
  /** Asked whenever a beacon comes or goes; keys of 32 bytes. */
  readonly secrets: () => Promise<readonly Shared<T>[]>;
  readonly random: Random;
  /** Somebody who shares that secret is there; set what the link calls before this returns. */
  readonly met: (link: NearLink, of: T) => void;
  /** Of trouble with the network, for whoever runs the program. */
  readonly log: (line: string) => void;
}

export class Nearby<T> {
  readonly #options: NearbyOptions<T>;
  readonly #run: Uint8Array;
  readonly #server: Server;
  readonly #strangers = new Set<Socket>();
  readonly #links = new Set<NearLink>();
  /** What there are links for, or are being made, by the other's run (hex). */
  readonly #known = new Map<string, Set<T>>();
  /** By the names of the networks that this device is in. */
  readonly #sockets = new Map<string, BeaconSocket>();
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #beacons = 0;
  #closed = false;

  private constructor(options: NearbyOptions<T>) {
    this.#options = options;
    this.#run = options.random(RUN);
    this.#server = createServer((socket) => this.#called(socket));
    this.#server.on('error', (error) => options.log(`near: ${error.message}`));
  }

  /** Listens and begins to look. Without a network it waits for one. */
  static async start<T>(options: NearbyOptions<T>): Promise<Nearby<T>> {
    const nearby = new Nearby(options);
    nearby.#server.listen(0);
    await once(nearby.#server, 'listening');
    await nearby.#tell();
    return nearby;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#soon);
    for (const socket of this.#sockets.values()) socket.close();
    for (const socket of this.#strangers) socket.destroy();
    for (const link of this.#links) link.close();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** A beacon on every network that this device is in now; then again after a while. */
  async #tell(): Promise<void> {
    this.#listen();
    const { random } = this.#options;
    const keys = (await this.#secrets()).map(({ key }) => key);
    if (this.#closed) return;
    const { port } = this.#server.address() as AddressInfo;
    const beacon = encodeBeacon({ run: this.#run, port }, keys, random);
    if (keys.length > 0) {
      for (const socket of this.#sockets.values()) socket.send(beacon);
    }
    const wait = this.#beacons++ < BEACONS.firstCount ? BEACONS.first : BEACONS.later;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tell(), wait);
  }

  /** None where whoever has them was closed meanwhile. */
  async #secrets(): Promise<readonly Shared<T>[]> {
    const { secrets, log } = this.#options;
    try {
      return await secrets();
    } catch (error) {
      if (!this.#closed) log(`near: ${error instanceof Error ? error.name : 'unknown'}`);
      return [];
    }
  }

  /** Once for all who are heard meanwhile. */
  #tellSoon(): void {
    if (this.#soon) return;
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      void this.#tell();
    }, BEACONS.soon);
  }

  /** Networks come and go while the program runs. */
  #listen(): void {
    const here = placesHere();
    for (const [name, socket] of this.#sockets) {
      if (here.has(name)) continue;
      this.#sockets.delete(name);
      socket.close();
    }
    for (const [name, place] of here) if (!this.#sockets.has(name)) this.#listenOn(name, place);
  }

  #listenOn(name: string, place: BeaconPlace): void {
    const heard = (datagram: Uint8Array, from: string): void => {
      const beacon = decodeBeacon(datagram);
      if (beacon) void this.#heard(beacon, from);
    };
    const socket = openBeaconSocket(place, heard, (error) => {
      this.#options.log(`near: ${error.message}`);
      if (this.#sockets.get(name) !== socket) return;
      this.#sockets.delete(name);
      socket.close();
    });
    this.#sockets.set(name, socket);
  }

  /** Of two who hear each other, the one with the lower run connects. */
  async #heard({ run, port, tags }: Beacon, from: string): Promise<void> {
    const [ours, theirs] = [toHex(this.#run), toHex(run)];
    if (ours === theirs) return;
    const heard = new Set(tags.map(toHex));
    for (const { key, of } of await this.#secrets()) {
      if (this.#closed || !heard.has(toHex(tagOf(key, run))) || this.#knows(theirs, of)) continue;
      // They may not have heard us yet, and would wait for our next beacon.
      if (ours > theirs) this.#tellSoon();
      else this.#call(new Caller(key, this.#run, run), { host: from, port }, theirs, of);
    }
  }

  #call(caller: Caller, to: { host: string; port: number }, theirs: string, of: T): void {
    const socket = connect(to);
    this.#know(theirs, of);
    this.#expect(socket, ANSWER, (answer) => {
      const keys = caller.keys(answer);
      if (keys) this.#link(new NearLink(socket, keys, 'caller', () => undefined), theirs, of);
      else socket.destroy();
    });
    socket.once('connect', () => socket.write(caller.hello));
    socket.once('close', () => this.#forget(theirs, of));
  }

  #knows(run: string, of: T): boolean {
    return this.#known.get(run)?.has(of) ?? false;
  }

  #know(run: string, of: T): void {
    const known = this.#known.get(run) ?? new Set<T>();
    this.#known.set(run, known.add(of));
  }

  #forget(run: string, of: T): void {
    const known = this.#known.get(run);
    known?.delete(of);
    if (known?.size === 0) this.#known.delete(run);
  }

  #called(socket: Socket): void {
    if (this.#strangers.size >= STRANGERS) {
      socket.destroy();
      return;
    }
    this.#expect(socket, HELLO, (hello) => void this.#answer(socket, hello));
  }

  async #answer(socket: Socket, hello: Uint8Array): Promise<void> {
    const secrets = await this.#secrets();
    const answered = answerTo(hello, this.#run, secrets);
    if (!answered || this.#closed) {
      socket.destroy();
      return;
    }
    const { shared, caller, answer, keys } = answered;
    socket.write(answer);
    // Who repeats a hello that they heard has not the keys: only what is sealed by them proves anything.
    const link = new NearLink(socket, keys, 'called', () =>
      this.#link(link, toHex(caller), shared.of),
    );
  }

  #link(link: NearLink, theirs: string, of: T): void {
    this.#know(theirs, of);
    this.#links.add(link);
    this.#options.met(link, of);
    const { onClose } = link;
    link.onClose = () => {
      this.#forget(theirs, of);
      this.#links.delete(link);
      onClose();
    };
  }

  /** The first `length` bytes, if they come in time. Nothing may follow them before they were answered. */
  #expect(socket: Socket, length: number, then: (bytes: Uint8Array) => void): void {
    this.#strangers.add(socket);
    const late = setTimeout(() => socket.destroy(), HANDSHAKE);
    const done = () => {
      clearTimeout(late);
      this.#strangers.delete(socket);
    };
    socket.on('error', () => socket.destroy());
    socket.once('close', done);
    const look = () => {
      const bytes: Uint8Array | null = socket.read(length);
      if (!bytes) return;
      socket.off('readable', look);
      done();
      then(new Uint8Array(bytes));
    };
    socket.on('readable', look);
  }
}
