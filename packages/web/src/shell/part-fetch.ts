/**
 * Fetches a part of the page: file by file, as any page's files come; and once those stand still, in slices beside, each over a connection
 * of its own, so that a network which freezes connections after some kilobytes lets all of it through. Whatever comes,
 * from wherever, is the part only if its hash says so.
 */
import { idOf, type Part } from './release.ts';
import type { Turns } from './turns.ts';

/** Bytes of the smallest slice. What is still missing is counted in these. */
const BLOCK = 2_048;
/** Of the others. One of 8 KB is about what passes in 25 packets after a short handshake. */
const SIZES = [8_192, 6_144, 4_096, BLOCK] as const;
/** After the first trial has come, for larger ones, in ms. */
const LARGER = 2_000;
/** Without a byte for so long, a connection is taken for frozen, in ms. */
const STILL = 5_000;
/** How long a host that answered nothing, or wrongly, is left alone, in ms. */
const REST = 61_000;
/** Before what found no connection is tried whole once more, in ms: twice as long each time. */
const AGAIN = { least: 1_000, most: 60_000 };

export interface FetchPorts {
  get(url: string, signal: AbortSignal): Promise<Response>;
  /** ms, never set back. */
  steady(): number;
  pause(ms: number): Promise<void>;
  readonly turns: Turns;
  /** Slices that came before, and those that come now: a browser may end us at any time. */
  kept(part: string): Promise<readonly Slice[]>;
  keep(part: string, slice: Slice): Promise<void>;
  forget(part: string): Promise<void>;
  /** Whether the line is known to freeze: then nothing is tried whole. */
  readonly frozen: boolean;
  /** Files stood still and slices came: the line freezes. */
  froze(): void;
  /** Hears the share that is here, 0 to 1. */
  progress(share: number): void;
}

/** Bytes of a part by gzip. */
export interface Slice {
  /** A multiple of BLOCK. */
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** No host has it any more: it belongs to an old release. */
export class PartGone extends Error {
  override readonly name = 'PartGone';
}

/**
 * Goes on until it is here. @throws PartGone; AggregateError when even the page's own host gives something else
 * @param bases where it can be had: folders of the page, the page's own first
 */
export async function fetchPart(
  part: Part,
  bases: readonly string[],
  ports: FetchPorts,
): Promise<Uint8Array<ArrayBuffer>> {
  const over = new AbortController();
  const still = Promise.withResolvers<void>();
  // Nobody there for a moment, as while a server restarts, is no freeze.
  let froze = ports.frozen;
  const stood = () => {
    froze = true;
    still.resolve();
  };
  let without = false;
  const gone = Promise.withResolvers<never>();
  const [own = ''] = bases;
  const once = async () => {
    ports.turns.take(hostOf(own));
    const files: Uint8Array<ArrayBuffer>[] = [];
    // One after the other, so that one connection carries them.
    for (const [path] of part.files) {
      files.push(await awaited(own + path, over.signal, stood, ports));
    }
    return checked(part, new Uint8Array(await new Blob(files).arrayBuffer()));
  };
  const whole = async () => {
    for (let pause = AGAIN.least; ; pause = Math.min(2 * pause, AGAIN.most)) {
      try {
        if (froze) throw new Error('would freeze');
        return await once();
      } catch (error) {
        without = error instanceof NotThere;
        still.resolve();
        // Fetch standard: what finds no connection, or loses it, is a TypeError.
        if (!(error instanceof TypeError)) throw error;
      }
      await ports.pause(pause);
      over.signal.throwIfAborted();
    }
  };
  const sliced = async () => {
    await still.promise;
    over.signal.throwIfAborted();
    try {
      const slicing = new Slicing(part, bases, ports, over.signal);
      if (without) slicing.notAt(own);
      const bytes = await checked(part, await slicing.all());
      if (froze) ports.froze();
      return bytes;
    } catch (error) {
      over.signal.throwIfAborted();
      if (error instanceof PartGone) gone.reject(error);
      // One of them gave something else, and nobody knows which: from the page's own host alone, then.
      await ports.forget(part.id);
      if (bases.length < 2 || error instanceof PartGone) throw error;
      return await checked(part, await new Slicing(part, [own], ports, over.signal).all());
    }
  };
  try {
    return await Promise.race([Promise.any([whole(), sliced()]), gone.promise]);
  } finally {
    over.abort();
  }
}

/** Calls `still` when nothing comes for a while, and waits on. */
async function awaited(
  url: string,
  signal: AbortSignal,
  still: () => void,
  ports: FetchPorts,
): Promise<Uint8Array<ArrayBuffer>> {
  let heard = ports.steady();
  let over = false;
  const watch = async () => {
    for (let left = STILL; left > 0 && !over; left = heard + STILL - ports.steady()) {
      await ports.pause(left);
    }
    if (!over) still();
  };
  void watch();
  try {
    return await bodyOf(await ports.get(url, signal), () => {
      heard = ports.steady();
    });
  } finally {
    over = true;
  }
}

class Slicing {
  readonly #part: Part;
  readonly #bases: readonly string[];
  readonly #ports: FetchPorts;
  readonly #signal: AbortSignal;
  readonly #gzip: Uint8Array<ArrayBuffer>;
  /** By block: 0 missing, 1 on its way, 2 here. */
  readonly #blocks: Uint8Array;
  /** Bases that gave something. */
  readonly #alive = new Set<string>();
  /** Those that give nothing: since when, and until when they were asked. */
  readonly #lost = new Map<string, { readonly since: number; readonly last: number }>();
  /** Those that said then that they do not have it. */
  readonly #without = new Set<string>();
  #size: number = BLOCK;

  constructor(part: Part, bases: readonly string[], ports: FetchPorts, signal: AbortSignal) {
    this.#part = part;
    this.#bases = bases;
    this.#ports = ports;
    this.#signal = signal;
    this.#gzip = new Uint8Array(part.gzip);
    this.#blocks = new Uint8Array(Math.ceil(part.gzip / BLOCK));
  }

  async all(): Promise<Uint8Array<ArrayBuffer>> {
    for (const slice of await this.#ports.kept(this.#part.id)) this.#put(slice);
    if (this.#missing) await this.#trials();
    // Of each host as many at a time as it has turns: a frozen one holds up no other.
    const runs = this.#bases.flatMap((base) => [base, base, base]);
    await Promise.all(runs.map((base) => this.#run(base)));
    const unpacked = new Blob([this.#gzip]).stream().pipeThrough(new DecompressionStream('gzip'));
    return bodyOf(new Response(unpacked), () => undefined);
  }

  get #missing(): boolean {
    return this.#blocks.some((state) => state !== 2);
  }

  /** Slices of the larger sizes at once, each by another host if there are others: the largest that comes counts. */
  async #trials(): Promise<void> {
    const asked = SIZES.slice(0, 3).map(async (size, at) => {
      const base = this.#bases[this.#bases.length - 1 - (at % this.#bases.length)];
      const free = base !== undefined && this.#ports.turns.wait(hostOf(base)) === 0;
      const next = free ? this.#next(size) : undefined;
      if (base === undefined || !next) throw new Error('not asked');
      this.#ports.turns.take(hostOf(base));
      if ((await this.#slice(base, next)) !== 'here') throw new Error('did not come');
      this.#size = Math.max(this.#size, size);
    });
    await Promise.any(asked).catch(() => undefined);
    await Promise.race([Promise.allSettled(asked), this.#ports.pause(LARGER)]);
  }

  async #run(base: string): Promise<void> {
    const { turns } = this.#ports;
    const host = hostOf(base);
    while (this.#missing) {
      this.#signal.throwIfAborted();
      if (this.#gone) throw new PartGone('this version is offered by nobody any more');
      const wait = turns.wait(host);
      const next = wait > 0 ? undefined : this.#next(this.#size);
      if (next === undefined) {
        // What others have under way may still fail.
        await this.#ports.pause(Math.min(Math.max(wait, 200), 1_000));
        continue;
      }
      turns.take(host);
      const outcome = await this.#slice(base, next);
      // A host that never gave anything says nothing of sizes.
      if (outcome === 'frozen' && this.#alive.has(base)) {
        this.#size = Math.min(this.#size, SIZES.find((size) => size < next.size) ?? BLOCK);
      } else if (outcome !== 'here') {
        this.#lose(base);
        await this.#rest();
      }
    }
  }

  /** It said so. */
  notAt(base: string): void {
    this.#alive.delete(base);
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
    while (this.#ports.steady() < end && this.#missing) {
      this.#signal.throwIfAborted();
      await this.#ports.pause(1_000);
    }
  }

  /** The first that is missing, and takes it. */
  #next(size: number): { readonly size: number; readonly number: number } | undefined {
    const missing = this.#blocks.indexOf(0);
    if (missing < 0) return undefined;
    const number = Math.floor((missing * BLOCK) / size);
    this.#mark(number * size, size, 0, 1);
    return { size, number };
  }

  async #slice(
    base: string,
    { size, number }: { readonly size: number; readonly number: number },
  ): Promise<'here' | 'frozen' | 'refused'> {
    const offset = size * number;
    const { id, gzip } = this.#part;
    const still = new AbortController();
    const give = () => still.abort();
    try {
      const url = `${base}parts/${id}/${size}/${number}`;
      const bytes = await awaited(
        url,
        AbortSignal.any([this.#signal, still.signal]),
        give,
        this.#ports,
      );
      if (bytes.length !== Math.min(size, gzip - offset)) return 'refused';
      this.#alive.add(base);
      this.#lost.delete(base);
      this.#without.delete(base);
      this.#put({ offset, bytes });
      await this.#ports.keep(id, { offset, bytes });
      return 'here';
    } catch (error) {
      if (error instanceof NotThere) this.notAt(base);
      // Whatever it was, another slice or another host is next.
      return still.signal.aborted ? 'frozen' : 'refused';
    } finally {
      this.#mark(offset, size, 1, 0);
    }
  }

  #put({ offset, bytes }: Slice): void {
    this.#gzip.set(bytes, offset);
    this.#mark(offset, bytes.length, undefined, 2);
    this.#ports.progress(this.#blocks.filter((state) => state === 2).length / this.#blocks.length);
  }

  /** Those that are `from`, or all. */
  #mark(offset: number, length: number, from: number | undefined, to: number): void {
    const end = Math.min(this.#blocks.length, Math.ceil((offset + length) / BLOCK));
    for (let at = offset / BLOCK; at < end; at++) {
      if (from === undefined || this.#blocks[at] === from) this.#blocks[at] = to;
    }
  }
}

class NotThere extends Error {}

async function bodyOf(response: Response, heard: () => void): Promise<Uint8Array<ArrayBuffer>> {
  if (response.status === 404) throw new NotThere();
  if (!response.ok || !response.body) throw new Error(`answered with ${response.status}`);
  const listening = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, out) {
      heard();
      out.enqueue(bytes);
    },
  });
  return new Uint8Array(await new Response(response.body.pipeThrough(listening)).arrayBuffer());
}

async function checked(
  part: Part,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  if ((await idOf(bytes)) === part.id) return bytes;
  throw new Error('is not what the release says');
}

/** As networks count: by address, and by name where there is one. */
function hostOf(base: string): string {
  return new URL(base).host;
}
