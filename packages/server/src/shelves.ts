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

/** Places bridges that are new, keeps that, and answers all. @throws StorageError */
export function loadShelves(dataDir: string, bridges: readonly string[], turn: number): Shelves {
  const path = join(dataDir, 'bridges.json');
  const known = existsSync(path) ? read(path) : [];
  const placed = place(known, [...new Set(bridges)]);
  if (placed.length > known.length) {
    const text = JSON.stringify({ version: 1, bridges: placed }, null, 1);
    try {
      createFile(path, Buffer.from(`${text}\n`));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new StorageError('unavailable', `The file ${path} cannot be written (${why}).`, error);
    }
  }
  return new Shelves(placed, bridges, turn);
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
