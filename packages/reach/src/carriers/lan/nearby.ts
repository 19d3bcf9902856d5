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
/** Beacons of a place that are looked at within so many ms; others are passed over, and come again. */
const LOOKS = { most: 16, within: 100 };
/** ms that secrets are not asked for again, however much is heard. */
const FRESH = 1_000;

export interface Shared<T> {
  readonly key: Uint8Array;
  readonly of: T;
}

export interface NearbyOptions<T> {
  /** Asked when a beacon comes or goes, once in a while and when a link ends; keys of 32 bytes. */
  readonly secrets: () => Promise<readonly Shared<T>[]>;
  readonly random: Random;
  /** Somebody who shares that secret is there; set what the link calls before this returns. */
  readonly met: (link: NearLink, shared: Shared<T>) => void;
  /** Of trouble, for whoever runs the program. */
  readonly log: (line: string) => void;
}

/** What goes on at a place. */
class Around {
  /** Whom we call, and who called, and has proven nothing yet. */
  readonly called = new Set<Reader>();
  readonly callers = new Set<Reader>();
  readonly #most: number;
  calls = 0;
  links = 0;
  #since = Number.NEGATIVE_INFINITY;
  #looks = 0;

  constructor({ strangers }: Place) {
    this.#most = strangers;
  }

  get takes(): boolean {
    return this.callers.size < this.#most;
  }

  get mayCall(): boolean {
    return this.calls < this.#most;
  }

  /** Whether one more beacon is looked at. */
  get looks(): boolean {
    const now = performance.now();
    if (now - this.#since > LOOKS.within) [this.#since, this.#looks] = [now, 0];
    return ++this.#looks <= LOOKS.most;
  }
}

export class Nearby<T> implements Visited {
  readonly #options: NearbyOptions<T>;
  readonly #run: Uint8Array;
  readonly #own: Beacons;
  readonly #places = new Map<Place, Around>();
  readonly #links = new Set<NearLink>();
  /** What there are links for, or are being made, by the other's run (hex). */
  readonly #known = new Map<string, Set<T>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #beacons = 0;
  #secret: { readonly until: number; readonly all: Promise<readonly Shared<T>[]> } | undefined;
  #closed = false;

  constructor(options: NearbyOptions<T>) {
    this.#options = options;
    this.#run = options.random(RUN);
    this.#own = new Beacons(this.#run, options.random);
  }

  /** Looks there, too, from now on, until it is removed, or closed with all others. */
  add(place: Place): void {
    this.#places.set(place, new Around(place));
    this.#beacons = 0;
    void this.#tell();
  }

  remove(place: Place): void {
    this.#places.delete(place);
  }

  /** Whether somebody is met there. */
  meets(place: Place): boolean {
    return (this.#places.get(place)?.links ?? 0) > 0;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#soon);
    for (const { callers, called } of this.#places.values()) {
      for (const stranger of [...callers, ...called]) stranger.close();
    }
    for (const link of this.#links) link.close();
    await Promise.all([...this.#places.keys()].map((place) => place.close()));
  }

  /** A beacon at every place; then again after a while. */
  async #tell(): Promise<void> {
    const keys = (await this.#secrets()).map(({ key }) => key);
    if (this.#closed) return;
    for (const place of keys.length > 0 ? this.#places.keys() : []) {
      place.tell(this.#own.next(place.port, keys));
    }
    const wait = this.#beacons++ < BEACONS.firstCount ? BEACONS.first : BEACONS.later;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tell(), wait);
  }

  #secrets(): Promise<readonly Shared<T>[]> {
    const now = performance.now();
    if (!this.#secret || this.#secret.until < now) {
      this.#secret = { until: now + FRESH, all: this.#asked() };
    }
    return this.#secret.all;
  }

  /** None where whoever has them was closed meanwhile. */
  async #asked(): Promise<readonly Shared<T>[]> {
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

  heard(beacon: Uint8Array, call: (port: number) => Pipe, at: Place): void {
    const around = this.#places.get(at);
    if (around?.looks) void this.#heard(beacon, call, around);
  }

  /** Of two who hear each other, the one with the lower run connects. */
  async #heard(datagram: Uint8Array, call: (port: number) => Pipe, around: Around): Promise<void> {
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
      // For the chats whose turn has not come their next beacon is waited for, too.
      if (ours > theirs || !around.mayCall) this.#tellSoon();
      else {
        around.calls++;
        this.#call(() => call(port), shared, { run, theirs }, around)
          .catch((error) => this.#trouble(error))
          .finally(() => around.calls--);
      }
    }
  }

  async #call(
    call: () => Pipe,
    shared: Shared<T>,
    { run, theirs }: { run: Uint8Array; theirs: string },
    around: Around,
  ): Promise<void> {
    const { key, of } = shared;
    this.#know(theirs, of);
    const caller = await Caller.begin(key, this.#run, run);
    const wire = this.#closed ? null : new Reader(call());
    const known = wire && this.#expect(wire, around.called, () => this.#forget(theirs, of));
    wire?.send(caller.hello);
    const answer = await wire?.read(ANSWER);
    const keys = answer ? await caller.keys(answer) : null;
    if (!wire || !keys) return wire?.close();
    known?.();
    this.#link(new NearLink(wire, keys, 'caller', () => undefined), theirs, shared, around);
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

  called(pipe: Pipe, at: Place): void {
    const wire = new Reader(pipe);
    const around = this.#places.get(at);
    if (this.#closed || !around?.takes) return void wire.close();
    this.#answer(wire, around).catch((error: unknown) => {
      wire.close();
      this.#trouble(error);
    });
  }

  async #answer(wire: Reader, around: Around): Promise<void> {
    const known = this.#expect(wire, around.callers, () => undefined);
    const hello = await wire.read(HELLO);
    const answered = hello && (await answerTo(hello, this.#run, await this.#secrets()));
    if (!answered || this.#closed) return wire.close();
    const { shared, caller, answer, keys } = answered;
    wire.send(answer);
    // Who repeats a hello that they heard has not the keys: only what is sealed by them proves anything.
    const link = new NearLink(wire, keys, 'called', () => {
      known();
      this.#link(link, toHex(caller), shared, around);
    });
    link.onClose = known;
  }

  #link(link: NearLink, theirs: string, shared: Shared<T>, around: Around): void {
    const { of } = shared;
    this.#know(theirs, of);
    this.#links.add(link);
    around.links++;
    this.#options.met(link, shared);
    const { onClose } = link;
    link.onClose = () => {
      this.#forget(theirs, of);
      this.#links.delete(link);
      around.links--;
      // It may be that this secret is none any more.
      this.#secret = undefined;
      onClose();
    };
  }

  /** Who proves nothing in time is cut off. @returns what to call when they have proven it */
  #expect(wire: Reader, among: Set<Reader>, ended: () => void): () => void {
    among.add(wire);
    const late = setTimeout(() => wire.close(), HANDSHAKE);
    const known = (): void => {
      clearTimeout(late);
      among.delete(wire);
    };
    wire.onClose = () => {
      known();
      ended();
    };
    return known;
  }
}
