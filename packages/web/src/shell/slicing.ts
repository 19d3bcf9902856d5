/**
 * Puts a part together from slices, for lines on which connections freeze after some kilobytes, or are counted: each slice
 * comes over a connection of its own, from any host. What came before a connection froze is kept, and says how much to
 * ask of that host the next time, so that few connections bring much.
 */
import { joined, NotThere, type ReadPorts, read } from './reading.ts';
import type { Part } from './release.ts';
import type { Turns } from './turns.ts';

/** Bytes that are asked of a host at first, and of any at the least: what freezes first lets through about 10 KB. */
const SHARE = { least: 16_384, most: 65_536 };
/** Bytes asked of one that froze at the least, and more each time until it freezes again: a resumed handshake is shorter. */
const LEAST = 1_024;
const GROWTH = 2_048;
/** Ranges that one slice may have (count): what froze leaves gaps. */
const RANGES = 8;
/** So often a host that has given nothing may be still, on slow lines, before it is given up (count). */
const PATIENCE = 3;
/** How long a host that answered nothing, or wrongly, is left alone, in ms. */
const REST = 61_000;

/** Bytes of a part by gzip. */
export interface Slice {
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface SlicePorts extends ReadPorts {
  readonly turns: Turns;
  /** Slices that came before, and those that come now: a browser may end us at any time. */
  kept(part: string): Promise<readonly Slice[]>;
  keep(part: string, slice: Slice): Promise<void>;
  /** Hears the share that is here, 0 to 1. */
  progress(share: number): void;
}

/** No host has it any more: it belongs to an old release. */
export class PartGone extends Error {
  override readonly name = 'PartGone';
}

/** From one byte to before another. */
type Range = readonly [from: number, end: number];
/** Of a byte. */
const [MISSING, ASKED, HERE] = [0, 1, 2];

export class Slicing {
  readonly #part: Part;
  readonly #bases: readonly string[];
  readonly #ports: SlicePorts;
  readonly #signal: AbortSignal;
  readonly #gzip: Uint8Array<ArrayBuffer>;
  /** By byte. */
  readonly #state: Uint8Array;
  #left: number;
  /** Bytes that a connection to a base is known to bring, and whether more was never tried. */
  readonly #rooms = new Map<string, { readonly bytes: number; readonly grows: boolean }>();
  /** Bases that give nothing: since when, and until when they were asked. */
  readonly #lost = new Map<string, { readonly since: number; readonly last: number }>();
  /** Those that said then that they do not have it. */
  readonly #without = new Set<string>();

  /** @param bases where it can be had: folders of the page, the page's own first */
  constructor(part: Part, bases: readonly string[], ports: SlicePorts, signal: AbortSignal) {
    this.#part = part;
    this.#bases = bases;
    this.#ports = ports;
    this.#signal = signal;
    this.#gzip = new Uint8Array(part.gzip);
    this.#state = new Uint8Array(part.gzip);
    this.#left = part.gzip;
  }

  /** The part, unpacked and not checked. @throws PartGone; the signal's reason */
  async all(): Promise<Uint8Array<ArrayBuffer>> {
    for (const slice of await this.#ports.kept(this.#part.id)) this.#put(slice);
    // Of each host one at a time: a frozen one holds up no other.
    await Promise.all(this.#bases.map((base) => this.#run(base)));
    const unpacked = new Blob([this.#gzip]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(unpacked).arrayBuffer());
  }

  async #run(base: string): Promise<void> {
    const { turns, pause } = this.#ports;
    const host = hostOf(base);
    while (this.#left > 0) {
      this.#signal.throwIfAborted();
      if (this.#gone) throw new PartGone('no longer offered');
      const wait = turns.wait(host, this.#bases.length === 1);
      const ranges = wait > 0 ? [] : this.#next(this.#rooms.get(base)?.bytes ?? this.#share);
      if (ranges.length === 0) {
        // What others have under way may still fail.
        await pause(Math.min(Math.max(wait, 200), 1_000));
        continue;
      }
      turns.take(host);
      if (await this.#slice(base, ranges)) this.#lost.delete(base);
      else {
        this.#lose(base);
        await this.#rest();
      }
    }
  }

  /** Bytes to ask of a host of which nothing is known: all of them together bring what is missing. */
  get #share(): number {
    return Math.max(SHARE.least, Math.min(SHARE.most, Math.ceil(this.#left / this.#bases.length)));
  }

  /** It said so. */
  notAt(base: string): void {
    this.#without.add(base);
    this.#lose(base);
  }

  #lose(base: string): void {
    const last = this.#ports.steady();
    this.#lost.set(base, { since: this.#lost.get(base)?.since ?? last, last });
  }

  /** Whether nobody has it: the page's own host says so and no other gives it, or one does and all gave nothing twice. */
  get #gone(): boolean {
    const least = this.#without.has(this.#bases[0] ?? '') ? 0 : REST;
    const gives = (base: string) => {
      const lost = this.#lost.get(base);
      return !lost || lost.last - lost.since < least;
    };
    return this.#without.size > 0 && !this.#bases.some(gives);
  }

  /** A while, or until nothing is missing. */
  async #rest(): Promise<void> {
    const end = this.#ports.steady() + REST;
    while (this.#ports.steady() < end && this.#left > 0) {
      this.#signal.throwIfAborted();
      await this.#ports.pause(1_000);
    }
  }

  /** The first that nobody was asked for, so many bytes, which are asked for now. */
  #next(room: number): Range[] {
    const ranges: Range[] = [];
    let end = 0;
    for (let left = room; left > 0 && ranges.length < RANGES; ) {
      const from = this.#state.indexOf(MISSING, end);
      if (from < 0) break;
      end = from;
      while (this.#state[end] === MISSING && end - from < left) end++;
      ranges.push([from, end]);
      left -= end - from;
    }
    this.#mark(ranges, MISSING, ASKED);
    return ranges;
  }

  /** Whether anything of these came. */
  async #slice(base: string, ranges: readonly Range[]): Promise<boolean> {
    const { id } = this.#part;
    const asked = ranges.reduce((sum, [from, end]) => sum + end - from, 0);
    const pieces: Uint8Array[] = [];
    let came = 0;
    let stills = 0;
    const over = new AbortController();
    const still = () => {
      // A slow line may be bringing the handshake yet: others may have these meanwhile.
      this.#mark(ranges, ASKED, MISSING);
      if (came > 0 || ++stills === PATIENCE) over.abort();
    };
    const take = (bytes: Uint8Array) => {
      came += bytes.length;
      pieces.push(bytes);
    };
    const named = ranges.map((range) => range.join('-')).join('_');
    const signal = AbortSignal.any([this.#signal, over.signal]);
    let whole = false;
    try {
      await read(`${base}parts/${id}/${named}`, this.#ports, { signal, take, still });
      whole = true;
    } catch (error) {
      // Whatever it was, another slice or another host is next.
      if (error instanceof NotThere) this.notAt(base);
    }
    // What is too long, or ends before its end, is no slice.
    const good = whole ? came === asked : came > 0 && came <= asked;
    if (good) {
      this.#without.delete(base);
      this.#learn(base, came, whole);
      await this.#keep(ranges, joined(pieces));
    }
    this.#mark(ranges, ASKED, MISSING);
    return good;
  }

  #learn(base: string, came: number, whole: boolean): void {
    const room = this.#rooms.get(base);
    if (!whole) this.#rooms.set(base, { bytes: Math.max(LEAST, came), grows: !room });
    else if (room?.grows) this.#rooms.set(base, { bytes: room.bytes + GROWTH, grows: true });
  }

  /** What came of ranges, from their beginning on. */
  async #keep(ranges: readonly Range[], bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    let at = 0;
    for (const [offset, end] of ranges) {
      const slice = { offset, bytes: bytes.slice(at, at + end - offset) };
      at += end - offset;
      if (slice.bytes.length === 0) return;
      this.#put(slice);
      await this.#ports.keep(this.#part.id, slice).catch(() => {
        // No room: a browser that ends us has it asked for again.
      });
    }
  }

  #put({ offset, bytes }: Slice): void {
    this.#gzip.set(bytes, offset);
    this.#state.fill(HERE, offset, offset + bytes.length);
    this.#left = this.#state.reduce((sum, state) => sum + (state === HERE ? 0 : 1), 0);
    this.#ports.progress(1 - this.#left / this.#part.gzip);
  }

  /** Those that are `from`. */
  #mark(ranges: readonly Range[], from: number, to: number): void {
    for (const [at, end] of ranges) {
      for (let byte = at; byte < end; byte++) {
        if (this.#state[byte] === from) this.#state[byte] = to;
      }
    }
  }
}

/** As networks count: by address, and by name where there is one. */
export function hostOf(base: string): string {
  return new URL(base).host;
}
