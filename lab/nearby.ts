/** Texts in the network at home, where nothing else is left: from terminal to terminal, or to a page by a code. */
import { setTimeout as pause } from 'node:timers/promises';
import { Capture } from './network/capture.ts';
import type { Packet } from './network/pcap.ts';
import { portOf } from './network/plan.ts';
import { exchange, type Outcome } from './sides/talk.ts';
import type { TaskContext } from './tasks.ts';

/** What was said is on the tap's disk by then, ms. */
const WRITTEN = 300;

/** What somebody in the same network could see is looked at, too. */
export async function nearby({ lab, pair, scenario, texts }: TaskContext): Promise<Outcome> {
  const tap = await Capture.start(portOf(pair.first.host), `${lab.newFolder()}.pcap`);
  const began = performance.now();
  const both = pair.near();
  const outcome = await exchange(both, texts, scenario.bound, began);
  await Promise.all(both.map((each) => each.stop()));
  await pause(WRITTEN);
  const seen = tap.packets();
  await tap.stop();
  const members = pair.addresses;
  const between = seen.some(({ from, to }) => members.includes(from) && members.includes(to));
  if (!between) return { ...outcome, passed: false, why: 'nothing was seen at home' };
  // A terminal that has a line says which: it may be that one which brought the texts.
  const way = outcome.way ?? ({ carrier: 'lan', host: 'the network at home' } as const);
  const near = { ...outcome, way };
  const invites = pair.links.map((link) => link.slice(link.indexOf('#') + 1));
  const known = [...texts, pair.first.name, pair.second.name, pair.chats[0], ...invites];
  const secrets = pair.nearSecret === null ? known : [...known, pair.nearSecret];
  const read = secrets.some((secret) => shows(seen, secret));
  return read ? { ...near, passed: false, why: 'to be read in the network at home' } : near;
}

function shows(packets: readonly Packet[], secret: string): boolean {
  return packets.some(({ payload }) => payload.includes(secret));
}
