/**
 * A day of so many people, minute by minute: what is said, and to how many. Minutes differ by the time of day
 * and by chance (Poisson), groups by their size (geometric); beyond a sample the rest is taken to be like it.
 */
import { type Assumed, type Costs, WIRE } from './costs.ts';

const SAMPLE = 20_000;
const MINUTES = 1_440;
/** Minutes after midnight. */
const EVENING = 20 * 60;
/** Of the average, when most sleep. */
const NIGHT = 0.2;

export interface Load {
  readonly people: number;
  /** In the busiest second of the year. */
  readonly messages: number;
  readonly deliveries: number;
  readonly connections: number;
  /** In a whole day. */
  readonly messagesADay: number;
  readonly deliveriesADay: number;
}

export function simulate(
  people: number,
  rate: number,
  assumed: Assumed,
  random: () => number,
): Load {
  const sample = Math.min(people, SAMPLE);
  const weight = people / sample;
  let [said, heard, most, mostHeard] = [0, 0, 0, 0];
  const average = (sample * rate * assumed.besides) / MINUTES;
  for (const shape of shapeOf(assumed.peak)) {
    const messages = poisson(average * shape, random);
    let deliveries = 0;
    for (let i = 0; i < messages; i++) deliveries += receivers(assumed, random);
    said += messages;
    heard += deliveries;
    most = Math.max(most, messages);
    mostHeard = Math.max(mostHeard, deliveries);
  }
  return {
    people,
    messages: (most * weight * assumed.burst) / 60,
    deliveries: (mostHeard * weight * assumed.burst) / 60,
    connections: people * assumed.online,
    messagesADay: said * weight,
    deliveriesADay: heard * weight,
  };
}

export interface Needs {
  /** At the busiest second, with room to spare. */
  readonly serverCores: number;
  readonly serverMemory: number;
  readonly databaseCores: number;
  /** Write-ahead log, bytes a second. */
  readonly wal: number;
  /** Of messages and of files, kept for `days`, all copies. */
  readonly disk: number;
  /** Bytes a second at the busiest, and bytes a month. */
  readonly network: number;
  readonly traffic: number;
  /** Dollars a month. */
  readonly money: number;
}

export function needs(load: Load, costs: Costs, assumed: Assumed): Needs {
  const { messages, deliveries, connections, people } = load;
  const used = (amount: number) => amount / assumed.use;
  const serverCores = used(
    messages * costs.serverPerMessage + deliveries * costs.serverPerDelivery,
  );
  const serverMemory = used(connections * costs.bytesPerConnection);
  const databaseCores = used(messages * costs.databasePerMessage) * assumed.copies;
  const messageBytes = load.messagesADay * costs.storedPerMessage;
  const fileBytes = people * assumed.fileBytes;
  const disk = used((messageBytes + fileBytes) * assumed.days * assumed.copies);
  const bytesADay =
    load.messagesADay * WIRE.up +
    load.deliveriesADay * WIRE.down +
    fileBytes * (1 + assumed.fetched);
  const atOnce = messages * WIRE.up + deliveries * WIRE.down;
  const files = (fileBytes * (1 + assumed.fetched) * assumed.peak) / 86_400;
  const traffic = bytesADay * 30;
  // Memory comes with cores, 4 GB each: whichever is more is paid for.
  const cores = Math.max(1, serverCores, serverMemory / 4e9) + Math.max(1, databaseCores);
  return {
    ...{ serverCores, serverMemory, databaseCores, disk, traffic },
    wal: messages * costs.walPerMessage,
    network: atOnce + files,
    money: cores * assumed.core + (disk / 1e9) * assumed.disk + (traffic / 1e12) * assumed.traffic,
  };
}

/** By the minute; the average over the day is 1, the highest `peak`, at eight in the evening. */
function shapeOf(peak: number): number[] {
  const waves = Array.from({ length: MINUTES }, (_, minute) => {
    const angle = (2 * Math.PI * (minute - EVENING)) / MINUTES;
    return (1 + Math.cos(angle)) / 2;
  });
  const at = (sharpness: number) => waves.map((wave) => NIGHT + (peak - NIGHT) * wave ** sharpness);
  const average = (shape: readonly number[]) => shape.reduce((sum, one) => sum + one) / MINUTES;
  // The sharper the wave, the less there is in all.
  let [low, high] = [0, 64];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (average(at(middle)) > 1) low = middle;
    else high = middle;
  }
  return at(high);
}

function receivers({ inGroups, group }: Assumed, random: () => number): number {
  if (random() >= inGroups) return 1;
  // Geometric: 1 + ... with the mean `group` less the sender.
  return 1 + Math.floor(Math.log(1 - random()) / Math.log(1 - 1 / Math.max(1.01, group - 1)));
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** By Knuth's product for few, by the normal for many. */
function poisson(mean: number, random: () => number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  let [count, product] = [0, random()];
  for (const least = Math.exp(-mean); product > least; product *= random()) count++;
  return count;
}
