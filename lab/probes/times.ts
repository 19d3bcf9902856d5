/** Whether a secret path, or that there is one, shows in the time that an answer takes. */
import { HOSTS } from '../network/plan.ts';
import { type Chance, letters } from '../random.ts';
import { Stopwatch } from './ask.ts';
import { compare, median } from './compare.ts';
import type { Target } from './probe.ts';
import { nearPaths, requestsFor } from './requests.ts';

/** Two web sites that are nothing else differ in their medians by this much, ms, and more: so much their machines do. */
const BETWEEN_SITES = 0.5;
/** Rounds on one connection: a site ends it after so many requests (1,000 with nginx). */
const ROUNDS = 200;
const KINDS = ['GET', 'POST'] as const;
const LOTS = ['near', 'never', 'decoy'] as const;

export interface Timed {
  /** What tells the host from a web site. */
  readonly found: readonly string[];
  /** The medians, for a person. */
  readonly took: readonly string[];
}

/**
 * Paths near the secret one, and as many near one that was made up, each as often and as long as the other, in an order of
 * chance on one connection, so that the machine's moods hit both; and the decoy beside it, from which no site may stand
 * out more than sites do.
 */
export async function times(target: Target, samples: number, chance: Chance): Promise<Timed> {
  const madeUp = nearPaths(letters(chance, target.secret.length));
  const pairs = nearPaths(target.secret)
    .map((near, index) => ({ near, never: madeUp[index] ?? near }))
    .filter(({ near, never }) => near !== never);
  const all: Sample[] = [];
  for (let done = 0; done < samples; done += ROUNDS) {
    const [ours, decoys] = [await Stopwatch.on(target), await Stopwatch.on(HOSTS.decoy)];
    const timed = (watch: Stopwatch, path: string, kind: string) =>
      watch.time(requestsFor(path).get(kind) ?? Buffer.alloc(0));
    // The first answer on a connection takes longer than all others.
    for (const watch of [ours, decoys]) await timed(watch, '/', 'GET');
    for (let round = done; round < Math.min(samples, done + ROUNDS); round++) {
      const { near, never } = pairs[round % pairs.length] ?? { near: '/', never: '/' };
      const asked = KINDS.flatMap((kind) => [
        { kind, lot: 'near', like: never, watch: ours, path: near } as const,
        { kind, lot: 'never', like: never, watch: ours, path: never } as const,
        { kind, lot: 'decoy', like: never, watch: decoys, path: never } as const,
      ]);
      for (const { watch, path, ...each } of shuffled(asked, chance))
        all.push({ ...each, ms: await timed(watch, path, each.kind) });
    }
    for (const watch of [ours, decoys]) watch.end();
  }
  return judged(target.name, all);
}

/** One answer, near the secret path, near one that was made up, or of the decoy; what is alike is near in the same way. */
export interface Sample {
  readonly kind: (typeof KINDS)[number];
  readonly lot: (typeof LOTS)[number];
  /** The path near the one that was made up. */
  readonly like: string;
  readonly ms: number;
}

/** All that is near the secret path as one lot, where a little adds up, and each way of being near, where one alone is much. */
export function judged(name: string, all: readonly Sample[]): Timed {
  const [found, took]: [string[], string[]] = [[], []];
  const ways = [...new Set(all.map(({ like }) => like))];
  for (const kind of KINDS) {
    const of = (lot: Sample['lot'], way?: string) =>
      all
        .filter(
          (each) => each.kind === kind && each.lot === lot && each.like === (way ?? each.like),
        )
        .map(({ ms }) => ms);
    const secret = compare(of('near'), of('never'));
    const [worst] = ways
      .map((way) => ({ way, ...compare(of('near', way), of('never', way), ways.length) }))
      .sort((a, b) => b.distance - a.distance);
    const site = compare(of('never'), of('decoy'));
    const [near, never, decoy] = LOTS.map((lot) => median(of(lot)));
    const shift = Math.abs((never ?? 0) - (decoy ?? 0));
    const ms = [near, never, decoy].map((one) => one?.toFixed(3)).join(', ');
    const apart = [secret, site].map(({ distance }) => distance.toFixed(2)).join(' and ');
    took.push(
      `${name} ${kind} ${ms} ms (${apart} apart, ${worst?.distance.toFixed(2)} for the furthest of ${ways.length} ways to be near)`,
    );
    if (secret.differ || worst?.differ) {
      found.push(
        `${kind} near the secret path takes another time, most of all one like ${worst?.way}`,
      );
    }
    if (site.differ && shift > BETWEEN_SITES) {
      found.push(`${kind} takes ${shift.toFixed(1)} ms more or less than at the decoy`);
    }
  }
  return { found, took };
}

function shuffled<T>(list: readonly T[], chance: Chance): T[] {
  return list
    .map((each) => [chance(), each] as const)
    .sort(([a], [b]) => a - b)
    .map(([, each]) => each);
}
