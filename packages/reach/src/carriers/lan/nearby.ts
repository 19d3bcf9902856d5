/**
 * Finds devices with whom a secret is shared at the places that it is given, by beacons, and keeps one sealed
 * connection with each for each secret. Knows neither whose the secrets are nor what is said.
 */
import { toHex } from '@polynya/protocol/bytes';
import type { Random } from '../../clock.ts';
import { Beacons, decodeBeacon, RUN, tagOf } from './beacon.ts';
import { ANSWER, answerTo, Caller, HELLO } from './handshake.ts';
import { NearLink } from './link.ts';
import { type Pipe, Reader } from './pipe.ts';
import type { Place, Visited } from './place.ts';

/** ms until the next beacon: often at first, when somebody waits for it. */
const BEACONS = { soon: 100, first: 500, later: 3_000, firstCount: 10 };
/** ms until who connects has proven something. */
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
  readonly met: (link: NearLink, shared: Shared<T>) => void;
  /** Of trouble, for whoever runs the program. */
  readonly log: (line: string) => void;
}

export class Nearby<T> implements Visited {
  readonly #options: NearbyOptions<T>;
  readonly #run: Uint8Array;
  readonly #own: Beacons;
  readonly #places = new Set<Place>();
  readonly #strangers = new Set<Reader>();
  readonly #links = new Set<NearLink>();
  /** What there are links for, or are being made, by the other's run (hex). */
  readonly #known = new Map<string, Set<T>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #beacons = 0;
  #closed = false;

  constructor(options: NearbyOptions<T>) {
    this.#options = options;
    this.#run = options.random(RUN);
    this.#own = new Beacons(this.#run, options.random);
  }

  /** Looks there, too, from now on, until it is removed, or closed with all others. */
  add(place: Place): void {
    this.#places.add(place);
    this.#beacons = 0;
    void this.#tell();
  }

  remove(place: Place): void {
    this.#places.delete(place);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#soon);
    for (const stranger of this.#strangers) stranger.close();
    for (const link of this.#links) link.close();
    await Promise.all([...this.#places].map((place) => place.close()));
  }

  /** A beacon at every place; then again after a while. */
  async #tell(): Promise<void> {
    const keys = (await this.#secrets()).map(({ key }) => key);
    if (this.#closed) return;
    for (const place of keys.length > 0 ? this.#places : []) {
      place.tell(this.#own.next(place.port, keys));
    }
    const wait = this.#beacons++ < BEACONS.firstCount ? BEACONS.first : BEACONS.later;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tell(), wait);
  }

  /** None where whoever has them was closed meanwhile. */
  async #secrets(): Promise<readonly Shared<T>[]> {
    try {
      return await this.#options.secrets();
    } catch (error) {
      this.#trouble(error);
      return [];
    }
  }

  #trouble(error: unknown): void {
    if (this.#closed) return;
    this.#options.log(`near: ${error instanceof Error ? error.name : 'unknown'}`);
  }

  /** Once for all who are heard meanwhile. */
  #tellSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      void this.#tell();
    }, BEACONS.soon);
  }

  heard(beacon: Uint8Array, call: (port: number) => Pipe): void {
    void this.#heard(beacon, call);
  }

  /** Of two who hear each other, the one with the lower run connects. */
  async #heard(datagram: Uint8Array, call: (port: number) => Pipe): Promise<void> {
    const beacon = decodeBeacon(datagram);
    if (!beacon) return;
    const { run, port, tags } = beacon;
    const [ours, theirs] = [toHex(this.#run), toHex(run)];
    if (ours === theirs) return;
    const heard = new Set(tags.map(toHex));
    for (const shared of await this.#secrets()) {
      const { key, of } = shared;
      if (this.#closed || !heard.has(toHex(tagOf(key, run))) || this.#knows(theirs, of)) continue;
      // They may not have heard us yet, and would wait for our next beacon.
      if (ours > theirs) this.#tellSoon();
      else
        this.#call(() => call(port), shared, { run, theirs }).catch((error) =>
          this.#trouble(error),
        );
    }
  }

  async #call(
    call: () => Pipe,
    shared: Shared<T>,
    { run, theirs }: { run: Uint8Array; theirs: string },
  ): Promise<void> {
    const { key, of } = shared;
    this.#know(theirs, of);
    const caller = await Caller.begin(key, this.#run, run);
    const wire = this.#closed ? null : new Reader(call());
    const known = wire && this.#expect(wire, () => this.#forget(theirs, of));
    wire?.send(caller.hello);
    const answer = await wire?.read(ANSWER);
    const keys = answer ? await caller.keys(answer) : null;
    if (!wire || !keys) return wire?.close();
    known?.();
    this.#link(new NearLink(wire, keys, 'caller', () => undefined), theirs, shared);
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

  called(pipe: Pipe): void {
    const wire = new Reader(pipe);
    if (this.#closed || this.#strangers.size >= STRANGERS) return void wire.close();
    this.#answer(wire).catch((error: unknown) => {
      wire.close();
      this.#trouble(error);
    });
  }

  async #answer(wire: Reader): Promise<void> {
    const known = this.#expect(wire, () => undefined);
    const hello = await wire.read(HELLO);
    const answered = hello && (await answerTo(hello, this.#run, await this.#secrets()));
    if (!answered || this.#closed) return wire.close();
    const { shared, caller, answer, keys } = answered;
    wire.send(answer);
    // Who repeats a hello that they heard has not the keys: only what is sealed by them proves anything.
    const link = new NearLink(wire, keys, 'called', () => {
      known();
      this.#link(link, toHex(caller), shared);
    });
    link.onClose = known;
  }

  #link(link: NearLink, theirs: string, shared: Shared<T>): void {
    const { of } = shared;
    this.#know(theirs, of);
    this.#links.add(link);
    this.#options.met(link, shared);
    const { onClose } = link;
    link.onClose = () => {
      this.#forget(theirs, of);
      this.#links.delete(link);
      onClose();
    };
  }

  /** Who proves nothing in time is cut off. @returns what to call when they have proven it */
  #expect(wire: Reader, ended: () => void): () => void {
    this.#strangers.add(wire);
    const late = setTimeout(() => wire.close(), HANDSHAKE);
    const known = (): void => {
      clearTimeout(late);
      this.#strangers.delete(wire);
    };
    wire.onClose = () => {
      known();
      ended();
    };
    return known;
  }
}
