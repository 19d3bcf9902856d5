/**
 * The bridges of a server, on shelves of four: who was let in sees one shelf (docs/protocol.md section 2). A bridge
 * stays on its shelf for ever, also when it is gone, so that whoever knew it is told the others there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endpointHash } from '@polynya/protocol/access-record';
import { LIMITS } from '@polynya/protocol/limits';
import * as v from 'valibot';
import { StorageError } from '../engine/engine.ts';
import { createFile } from '../kept/durable-file.ts';

/** Bridges that one shelf has at a time (count). */
export const SHELF = 4;

const entry = v.strictObject({
  url: v.pipe(v.string(), v.maxLength(LIMITS.endpoint)),
  shelf: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(10_000)),
  /** It was told while the server ran, and stands until it is taken away the same way. */
  told: v.optional(v.literal(true)),
  /** When that was said last, also that it stands no more; ms since 1970. Of several processes the last word counts. */
  at: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
});
const schema = v.strictObject({ version: v.literal(1), bridges: v.array(entry) });
type Placed = v.InferOutput<typeof entry>;

export class Shelves {
  /** Those that stand now, shelf by shelf. */
  readonly lists: readonly (readonly string[])[];
  readonly #byHash = new Map<string, number>();
  /** Count on, invite by invite: whose turn it is, and who comes first there. */
  #turn: number;
  #shown: number;

  /** @param placed all that ever stood, @param now those that stand */
  constructor(placed: readonly Placed[], now: readonly string[], turn = 0) {
    const count = Math.max(0, ...placed.map(({ shelf }) => shelf + 1));
    this.lists = Array.from({ length: count }, (_, index) =>
      placed.filter(({ url, shelf }) => shelf === index && now.includes(url)).map(({ url }) => url),
    );
    for (const { url, shelf } of placed) this.#byHash.set(keyOf(endpointHash(url)), shelf);
    this.#turn = turn;
    this.#shown = turn;
  }

  /** The shelf on which one of these stands or stood, the first for who knows none of them. */
  find(knows: readonly Uint8Array[]): number {
    return (
      knows.map((hash) => this.#byHash.get(keyOf(hash))).find((shelf) => shelf !== undefined) ?? 0
    );
  }

  /** Those of a shelf, each time from another one on: who comes first to them all would be found first. */
  forInvite(shelf: number): readonly string[] {
    const list = this.lists[shelf] ?? [];
    const first = this.#shown++ % Math.max(1, list.length);
    return [...list.slice(first), ...list.slice(0, first)];
  }

  /** The shelf for the next invite: each in its turn, and none that stands empty while another does not. */
  next(): number {
    const filled = this.lists.flatMap((list, index) => (list.length > 0 ? [index] : []));
    return filled[this.#turn++ % filled.length] ?? 0;
  }
}

/** What a host wants of bridges that cannot be; `message` is one sentence. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
}

/** The shelves as they stand, while the server runs and over its starts (`bridges.json` in the data folder). */
export class BridgeList {
  readonly #path: string;
  readonly #settings: readonly string[];
  readonly #turn: number;
  readonly #now: () => number;
  #placed: readonly Placed[];
  #shelves: Shelves;
  /** Hears of every change. */
  onChange: (lists: Shelves['lists']) => Promise<void> = () => Promise.resolve();

  /**
   * @param settings bridges that the host's settings name
   * @param now in ms since 1970
   * @throws StorageError
   */
  constructor(dataDir: string, settings: readonly string[], turn: number, now: () => number) {
    this.#path = join(dataDir, 'bridges.json');
    this.#settings = [...new Set(settings)];
    this.#turn = turn;
    this.#now = now;
    const known = existsSync(this.#path) ? this.#read() : [];
    this.#placed = place(known, standing(known, this.#settings));
    if (this.#placed.length > known.length) this.#save();
    this.#shelves = this.#arranged();
  }

  get shelves(): Shelves {
    return this.#shelves;
  }

  /** From now on these stand too. @throws StorageError */
  async add(lines: readonly string[]): Promise<void> {
    const placed = place(this.#placed, [...standing(this.#placed, this.#settings), ...lines]);
    await this.#take(
      placed.map((one) => (lines.includes(one.url) ? this.#said({ ...one, told: true }) : one)),
    );
  }

  /** From now on these stand no more. @throws StorageError, BridgeError */
  async remove(lines: readonly string[]): Promise<void> {
    const kept = lines.find((line) => this.#settings.includes(line));
    if (kept !== undefined) throw new BridgeError(`The settings name this bridge: ${kept}`);
    const now = this.#shelves.lists.flat();
    const unknown = lines.find((line) => !now.includes(line));
    if (unknown !== undefined) throw new BridgeError(`No such bridge: ${unknown}`);
    await this.#take(
      this.#placed.map((one) =>
        lines.includes(one.url) ? this.#said({ url: one.url, shelf: one.shelf }) : one,
      ),
    );
  }

  /** What the other processes of this server are to know, as `adopt` takes it. */
  get said(): string {
    return JSON.stringify({ version: 1, bridges: this.#placed }, null, 1);
  }

  /** Takes what another process of this server knows; what is no such thing changes nothing. @throws StorageError */
  async adopt(said: string): Promise<void> {
    const theirs = parse(said) ?? [];
    const own = new Map(this.#placed.map((one) => [one.url, one]));
    for (const one of theirs) {
      const known = own.get(one.url);
      if (!known || comesAfter(one, known)) own.set(one.url, one);
    }
    const merged = [...own.values()];
    if (JSON.stringify(merged) !== JSON.stringify(this.#placed)) await this.#take(merged);
  }

  #said(one: Placed): Placed {
    return { ...one, at: Math.max(this.#now(), (one.at ?? 0) + 1) };
  }

  async #take(placed: readonly Placed[]): Promise<void> {
    const before = this.#placed;
    this.#placed = placed;
    try {
      this.#save();
    } catch (error) {
      this.#placed = before;
      throw error;
    }
    this.#shelves = this.#arranged();
    await this.onChange(this.#shelves.lists);
  }

  #arranged(): Shelves {
    return new Shelves(this.#placed, standing(this.#placed, this.#settings), this.#turn);
  }

  #read(): readonly Placed[] {
    const placed = parse(readFileSync(this.#path, 'utf8'));
    if (placed) return placed;
    throw new StorageError(
      'corrupt',
      `The file ${this.#path} is damaged: restore it from a backup, or delete it and the bridges are placed anew.`,
    );
  }

  #save(): void {
    try {
      createFile(this.#path, Buffer.from(`${this.said}\n`));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const message = `The file ${this.#path} cannot be written (${why}).`;
      throw new StorageError('unavailable', message, error);
    }
  }
}

function standing(placed: readonly Placed[], settings: readonly string[]): string[] {
  return [...settings, ...placed.filter(({ told }) => told).map(({ url }) => url)];
}

/** New ones take the first free places, whatever stood there before. */
function place(known: readonly Placed[], bridges: readonly string[]): Placed[] {
  const placed = [...known];
  for (const url of bridges) {
    if (placed.some((each) => each.url === url)) continue;
    const taken = (index: number) =>
      placed.filter((each) => each.shelf === index && bridges.includes(each.url)).length;
    let shelf = 0;
    while (taken(shelf) >= SHELF) shelf++;
    placed.push({ url, shelf });
  }
  return placed;
}

/** Whether it was said later; of what stands in settings alone all processes take the lower shelf. */
function comesAfter(one: Placed, known: Placed): boolean {
  const later = (one.at ?? 0) - (known.at ?? 0);
  return later > 0 || (later === 0 && one.shelf < known.shelf);
}

/** Null for what is no list of bridges. */
function parse(text: string): readonly Placed[] | null {
  try {
    const parsed = v.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.output.bridges : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const keyOf = (hash: Uint8Array): string => Buffer.from(hash).toString('base64');
