/**
 * Fetches a part of the page: file by file, as any page's files come; and once those stand still, in slices beside, so that a
 * network which freezes connections after some kilobytes lets all of it through. Whatever comes, from wherever, is the part
 * only if its hash says so.
 */
import { joined, NotThere, read } from './reading.ts';
import { idOf, type Part } from './release.ts';
import { hostOf, PartGone, type SlicePorts, Slicing } from './slicing.ts';

/** Before what found no connection is tried whole once more, in ms: twice as long each time. */
const AGAIN = { least: 1_000, most: 60_000 };

export interface FetchPorts extends SlicePorts {
  forget(part: string): Promise<void>;
  /** Whether the line is known to freeze: then nothing is tried whole. */
  readonly frozen: boolean;
  /** Files stood still and slices came: the line freezes. */
  froze(): void;
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
  const { signal } = over;
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
    const pieces: Uint8Array[] = [];
    // One after the other, so that one connection carries them.
    for (const [path] of part.files) {
      const take = (bytes: Uint8Array) => pieces.push(bytes);
      await read(own + path, ports, { signal, take, still: stood });
    }
    return checked(part, joined(pieces));
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
      signal.throwIfAborted();
    }
  };
  const sliced = async () => {
    await still.promise;
    signal.throwIfAborted();
    try {
      const slicing = new Slicing(part, bases, ports, signal);
      if (without) slicing.notAt(own);
      const bytes = await checked(part, await slicing.all());
      if (froze) ports.froze();
      return bytes;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof PartGone) gone.reject(error);
      // One of them gave something else, and nobody knows which: from the page's own host alone, then.
      await ports.forget(part.id);
      if (bases.length < 2 || error instanceof PartGone) throw error;
      return await checked(part, await new Slicing(part, [own], ports, signal).all());
    }
  };
  try {
    return await Promise.race([Promise.any([whole(), sliced()]), gone.promise]);
  } finally {
    over.abort();
  }
}

async function checked(
  part: Part,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  if ((await idOf(bytes)) === part.id) return bytes;
  throw new Error('is not what the release says');
}
