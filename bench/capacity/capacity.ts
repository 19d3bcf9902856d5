/**
 * `npm run -s bench -- capacity [--json] [NAME=NUMBER]...`: what 10,000, one million and 100 million people need.
 * Measures the costs on this machine first; every assumption of `costs.ts` can be set by its name.
 */
import { seeded } from '@polynya/reach/test/bad-carrier';
import { ASSUMED, type Assumed, type Costs, RATES } from './costs.ts';
import { measure } from './measure.ts';
import { type Load, type Needs, needs, simulate } from './simulate.ts';

const PEOPLE = [10_000, 1_000_000, 100_000_000] as const;

export interface CapacityRow extends Load, Needs {
  /** Whose messages a day. */
  readonly rate: string;
}

/** Undefined for a name that is none, or a number that is none. */
export function assumptions(given: readonly string[]): Assumed | undefined {
  const pairs = given.map((one) => one.split('='));
  const right = pairs.every(
    ([name = '', value]) => Object.hasOwn(ASSUMED, name) && Number(value) > 0,
  );
  if (!right) return undefined;
  const set = pairs.map(([name = '', value]) => [name, Number(value)]);
  return { ...ASSUMED, ...Object.fromEntries(set) };
}

export async function capacity(assumed: Assumed): Promise<{ costs: Costs; rows: CapacityRow[] }> {
  const costs = await measure();
  const rows = RATES.flatMap(({ name, messages }) =>
    PEOPLE.map((people) => {
      const load = simulate(people, messages, assumed, seeded(1));
      return { rate: name, ...load, ...needs(load, costs, assumed) };
    }),
  );
  return { costs, rows };
}

export function printCapacity({ costs, rows }: { costs: Costs; rows: CapacityRow[] }): void {
  const micro = (seconds: number) => `${(seconds * 1e6).toFixed(0)} us`;
  console.log('Measured here:');
  console.log(
    `  a message: ${micro(costs.serverPerMessage)} of the server, ${micro(costs.databasePerMessage)} of PostgreSQL`,
  );
  console.log(
    `  a delivery: ${micro(costs.serverPerDelivery)}; a connection: ${short(costs.bytesPerConnection)}B`,
  );
  console.log(
    `  stored: ${short(costs.storedPerMessage)}B a message, and ${short(costs.walPerMessage)}B of write-ahead log`,
  );
  for (const one of rows) {
    console.log(`\n${short(one.people)} people who write as on ${one.rate}:`);
    console.log(
      `  at most ${short(one.messages)} messages/s, ${short(one.deliveries)} deliveries/s, ${short(one.connections)} connections`,
    );
    console.log(
      `  server: ${one.serverCores.toFixed(1)} cores, ${short(one.serverMemory)}B of memory; PostgreSQL: ${one.databaseCores.toFixed(1)} cores with its standby, ${short(one.wal)}B/s of log, ${short(one.disk)}B of disk`,
    );
    console.log(
      `  network: ${short(one.network * 8)}bit/s, ${short(one.traffic)}B a month; about $${short(one.money)} a month, $${(one.money / one.people).toFixed(3)} a person`,
    );
  }
}

function short(value: number): string {
  const units = ['', 'k', 'M', 'G', 'T', 'P'];
  const power = Math.min(
    units.length - 1,
    Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)),
  );
  return `${(value / 1_000 ** power).toPrecision(3)} ${units[power]}`;
}
