/**
 * Shelves as members are told them: with the addresses of hosts that are known by name alone (docs/protocol.md section 2).
 * The server asks its own resolver: a member who asked would show the bridges of a shelf to whoever runs theirs.
 */
import { isIP } from 'node:net';
import { encodeHostAddresses } from '@polynya/protocol/host-addresses';
import { type Resolve, systemResolver } from '@polynya/reach/carriers/by-name/system-resolver';
import type { Clock } from '@polynya/reach/clock';
import type { BridgeList, Shelves } from './shelves.ts';
import type { ToldRecords } from './told-records.ts';

type Lists = Shelves['lists'];

/** Hosts move; ms. */
const AGAIN = 6 * 3_600_000;

export interface ToldAddressesOptions {
  readonly resolve: Resolve;
  readonly clock: Clock;
  /** Endpoints that are on every shelf. */
  readonly endpoints: readonly string[];
  /** Takes the shelves as they are to be told from now on. */
  readonly place: (lists: Lists) => Promise<void>;
  /** Hears of shelves that could not be told. */
  readonly report: (error: unknown) => void;
}

type Options = Omit<ToldAddressesOptions, 'place' | 'resolve'> & {
  readonly resolve: Resolve | undefined;
};

/**
 * From now on members are told of the shelves of `bridges` as they change, until what is returned is called; without
 * `resolve`, of no addresses.
 */
export function tellAddresses(
  bridges: BridgeList,
  records: Pick<ToldRecords, 'place'>,
  { resolve = () => Promise.resolve([]), ...options }: Options,
): () => void {
  const place = (lists: Lists) => records.place(lists);
  const told = new ToldAddresses(bridges.shelves.lists, { resolve, place, ...options });
  bridges.onChange = (lists) => told.place(lists);
  told.start();
  return () => told.stop();
}

export class ToldAddresses {
  readonly #options: ToldAddressesOptions;
  #lists: Lists;
  #told: string;
  #known = new Map<string, readonly string[]>();
  #cancel: () => void = () => undefined;
  #ended = false;

  /** @param lists as they are told now */
  constructor(lists: Lists, options: ToldAddressesOptions) {
    this.#lists = lists;
    this.#told = JSON.stringify(lists);
    this.#options = options;
  }

  /** Begins to look, and looks again now and then. */
  start(): void {
    void this.#look();
  }

  /** The shelves are these from now on; where their hosts are is told as soon as it is known. */
  async place(lists: Lists): Promise<void> {
    this.#lists = lists;
    await this.#tell();
    this.start();
  }

  stop(): void {
    this.#ended = true;
    this.#cancel();
  }

  async #look(): Promise<void> {
    this.#cancel();
    const { resolve, clock, endpoints, report } = this.#options;
    this.#cancel = clock.setTimeout(() => void this.#look(), AGAIN);
    const hosts = [...new Set([...endpoints, ...this.#lists.flat()].flatMap(nameIn))];
    const found = await Promise.allSettled(hosts.map((host) => resolve(host)));
    for (const [index, host] of hosts.entries()) {
      const one = found[index];
      // What is not known now was known before, perhaps.
      if (one?.status === 'fulfilled') this.#known.set(host, [...one.value].sort());
    }
    if (!this.#ended) await this.#tell().catch(report);
  }

  async #tell(): Promise<void> {
    const lists = this.#lists.map((list) => this.#withAddresses(list));
    const told = JSON.stringify(lists);
    if (told === this.#told) return;
    this.#told = told;
    await this.#options.place(lists);
  }

  #withAddresses(list: readonly string[]): readonly string[] {
    if (list.length === 0) return list;
    // Bridges first: for the server itself there are addresses among its endpoints, as a rule.
    const hosts = [...list, ...this.#options.endpoints].flatMap(nameIn);
    const line = encodeHostAddresses(
      new Map(hosts.map((host) => [host, this.#known.get(host) ?? []])),
    );
    return line === null ? list : [...list, line];
  }
}

/** The name of an endpoint's host, if it is to be shown a certificate for it. */
function nameIn(endpoint: string): string[] {
  if (!endpoint.startsWith('https:')) return [];
  const { hostname } = new URL(endpoint);
  return hostname.startsWith('[') || isIP(hostname) !== 0 ? [] : [hostname];
}

/** That of the machine that a server runs on. */
export function ownResolver(): Resolve {
  return systemResolver();
}
