/**
 * The bridges of a server, on shelves of four: who was let in sees one shelf (docs/protocol.md section 2). A bridge
 * stays on its shelf for ever, also when it is gone, so that whoever knew it is told the others there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endpointHash } from '@polynya/protocol/access-record';
import { LIMITS } from '@polynya/protocol/limits';
import * as v from 'valibot';
import { createFile } from './durable-file.ts';
import { StorageError } from './engine.ts';

/** Bridges that one shelf has at a time (count). */
export const SHELF = 4;

const entry = v.strictObject({
  url: v.pipe(v.string(), v.maxLength(LIMITS.endpoint)),
  shelf: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(10_000)),
  /** It was told while the server ran, and stands until it is taken away the same way. */
  told: v.optional(v.literal(true)),
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
  #placed: readonly Placed[];
  #shelves: Shelves;
  /** Hears of every change. */
  onChange: (lists: Shelves['lists']) => Promise<void> = () => Promise.resolve();

  /**
   * @param settings bridges that the host's settings name
   * @throws StorageError
   */
  constructor(dataDir: string, settings: readonly string[], turn: number) {
    this.#path = join(dataDir, 'bridges.json');
    this.#settings = [...new Set(settings)];
    this.#turn = turn;
    const known = existsSync(this.#path) ? read(this.#path) : [];
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
      placed.map((one) => (lines.includes(one.url) ? { ...one, told: true as const } : one)),
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
      this.#placed.map(({ url, shelf, told }) =>
        told && !lines.includes(url) ? { url, shelf, told } : { url, shelf },
      ),
    );
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

  #save(): void {
    const text = JSON.stringify({ version: 1, bridges: this.#placed }, null, 1);
    try {
      createFile(this.#path, Buffer.from(`${text}\n`));
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

function read(path: string): readonly Placed[] {
  try {
    const parsed = v.safeParse(schema, JSON.parse(readFileSync(path, 'utf8')));
    if (parsed.success) return parsed.output.bridges;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new StorageError(
    'corrupt',
    `The file ${path} is damaged: restore it from a backup, or delete it and the bridges are placed anew.`,
  );
}

const keyOf = (hash: Uint8Array): string => Buffer.from(hash).toString('base64');
