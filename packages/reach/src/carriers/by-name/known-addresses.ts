/**
 * The addresses at which hosts known by name were found, for when a resolver is silent or lies. They only say where to
 * knock: whoever opens there shows a certificate for the name all the same, or is not listened to.
 */
import { isIP } from 'node:net';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { type Infer, list, struct, text, uint } from '@polynya/protocol/schema';
import type { Clock } from '../../clock.ts';

/** Hosts that are remembered, and addresses of one of them (count). */
const MOST = { hosts: 32, addresses: 4 };
/** What was neither reached nor told for so long is forgotten, in days: hosts move. */
const KEPT = 60;
const DAY = 24 * 3_600_000;

const addresses = list(text(45), MOST.addresses);
const codec = list(
  struct({
    host: text(253),
    /** Where a certificate for the name was shown, the last first. */
    proved: addresses,
    /** What the server said in its record. */
    told: addresses,
    /** When that was last so, in days since 1970. */
    day: uint(),
  }),
  MOST.hosts,
);
type Known = Infer<typeof codec>[number];
type Making = (before: Pick<Known, 'proved' | 'told'>) => Pick<Known, 'proved' | 'told'>;

/** Where it is kept over restarts. A failure to keep costs time, and nothing else. */
export interface AddressMemory {
  load(): Promise<Uint8Array | undefined>;
  save(encoded: Uint8Array): void;
}

export class KnownAddresses {
  readonly #memory: AddressMemory;
  readonly #clock: Clock;
  #hosts: Promise<readonly Known[]> | undefined;
  /** One after the other: each begins with what the one before left. */
  #changes: Promise<void> = Promise.resolve();

  constructor(memory: AddressMemory, clock: Clock) {
    this.#memory = memory;
    this.#clock = clock;
  }

  /** Of a host, the best first; none that is past. */
  async of(host: string): Promise<readonly string[]> {
    await this.#changes;
    const found = (await this.#all()).find((known) => known.host === host);
    return found ? [...new Set([...found.proved, ...found.told])] : [];
  }

  /** A certificate for the host's name was shown at this address. */
  proved(host: string, address: string): Promise<void> {
    return this.#change(host, ({ proved, told }) => ({ proved: first(address, proved), told }));
  }

  /** The server says that the host is at these addresses, and at none that it said before. */
  told(host: string, addresses: readonly string[]): Promise<void> {
    const told = addresses.filter((address) => isIP(address) !== 0).slice(0, MOST.addresses);
    return this.#change(host, ({ proved }) => ({ proved, told }));
  }

  #change(host: string, make: Making): Promise<void> {
    this.#changes = this.#changes
      .then(() => this.#changed(host, make))
      // It was only a saving.
      .catch(() => undefined);
    return this.#changes;
  }

  async #changed(host: string, make: Making): Promise<void> {
    const all = await this.#all();
    const before = all.find((known) => known.host === host);
    const now = { host, ...make(before ?? { proved: [], told: [] }), day: this.#today };
    if (
      before &&
      encodeCbor(codec.encode([before])).join() === encodeCbor(codec.encode([now])).join()
    )
      return;
    const hosts = [now, ...all.filter((known) => known.host !== host)].slice(0, MOST.hosts);
    this.#hosts = Promise.resolve(hosts);
    this.#memory.save(encodeCbor(codec.encode(hosts)));
  }

  async #all(): Promise<readonly Known[]> {
    this.#hosts ??= this.#memory.load().then(decode);
    const oldest = this.#today - KEPT;
    return (await this.#hosts).filter(({ day }) => day >= oldest);
  }

  get #today(): number {
    return Math.floor(this.#clock.now() / DAY);
  }
}

function first(address: string, before: readonly string[]): string[] {
  return [address, ...before.filter((one) => one !== address)].slice(0, MOST.addresses);
}

/** What cannot be read is nothing: it was only a saving. */
function decode(encoded: Uint8Array | undefined): readonly Known[] {
  try {
    return encoded ? codec.decode(decodeCbor(encoded)) : [];
  } catch (error) {
    if (error instanceof ProtocolError) return [];
    throw error;
  }
}
