/**
 * When which endpoint may be connected to: so many new connections to a host within a minute, by whatever
 * carrier, and those that failed are left alone for a while.
 */

import { CONNECTIONS, type Openings } from '../../client/openings.ts';
import type { Clock } from '../../clock.ts';

const PENALTY = { least: 20_000, most: 420_000 };

interface Host {
  readonly endpoint: string;
  readonly host: string;
  /** The last connection there brought an answer. */
  works: boolean;
  failures: number;
  avoidUntil: number;
}

export class Slots {
  readonly #hosts: readonly Host[];
  readonly #openings: Openings;
  readonly #clock: Clock;

  /** @param openings shared with all who connect; what is taken here is noted there */
  constructor(endpoints: readonly string[], openings: Openings, clock: Clock) {
    this.#hosts = endpoints.map((endpoint) => ({
      endpoint,
      host: new URL(endpoint).host,
      ...{ works: false, failures: 0, avoidUntil: 0 },
    }));
    this.#openings = openings;
    this.#clock = clock;
  }

  /** Takes the slot of the endpoint that has most of them left, those in `not` aside; null if none has any, or all together no more than `spare`. */
  take(not: ReadonlySet<string> = new Set(), spare = 0): string | null {
    const now = this.#clock.now();
    const alone = this.#hosts.length === 1;
    const left = ({ host }: Host) =>
      this.#openings.ours(host, CONNECTIONS, alone) - this.#openings.recent(host, now).length;
    const free = this.#hosts.filter((host) => host.avoidUntil <= now && left(host) > 0);
    const [best] = free
      .filter(({ endpoint }) => !not.has(endpoint))
      .sort((a, b) => a.failures - b.failures || left(b) - left(a));
    if (!best || free.reduce((sum, host) => sum + left(host), 0) <= spare) return null;
    this.#openings.note(best.host, now, true);
    return best.endpoint;
  }

  /** When there is a change in what may be taken, in ms since 1970; Infinity if there is none to wait for. */
  changesAt(): number {
    const now = this.#clock.now();
    const times = this.#hosts.flatMap((host) => [
      host.avoidUntil,
      this.#openings.changesAt(host.host, now),
    ]);
    return Math.min(...times.filter((at) => at > now));
  }

  /** Whether what does not come through there may be held against the line. */
  works(endpoint: string): boolean {
    return !!this.#find(endpoint)?.works;
  }

  /** Endpoints that brought an answer the last time. */
  working(): ReadonlySet<string> {
    return this.#which(true);
  }

  /** Endpoints that have brought nothing yet, or not the last time. */
  doubtful(): ReadonlySet<string> {
    return this.#which(false);
  }

  worked(endpoint: string): void {
    const host = this.#find(endpoint);
    if (host) Object.assign(host, { works: true, failures: 0 });
  }

  failed(endpoint: string): void {
    const host = this.#find(endpoint);
    const now = this.#clock.now();
    // Of several that are lost together the first has said it all.
    if (!host || host.avoidUntil > now) return;
    const penalty = Math.min(PENALTY.most, PENALTY.least * 2 ** host.failures);
    host.avoidUntil = now + penalty;
    host.works = false;
    host.failures++;
  }

  /** These may be tried at once, though they failed; all if there are none. */
  forgive(endpoints: readonly string[]): void {
    for (const host of this.#hosts) {
      if (endpoints.length === 0 || endpoints.includes(host.endpoint)) host.avoidUntil = 0;
    }
  }

  #which(work: boolean): ReadonlySet<string> {
    const found = this.#hosts.filter(({ works }) => works === work);
    return new Set(found.map(({ endpoint }) => endpoint));
  }

  #find(endpoint: string): Host | undefined {
    return this.#hosts.find((host) => host.endpoint === endpoint);
  }
}
