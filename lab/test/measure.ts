/** Program for tests: imposes each technique, does things on the network, and prints what became of them as one JSON object. */

import { join } from 'node:path';
import { Middlebox } from '../middlebox/middlebox.ts';
import { buildNetwork, FOLDER } from '../network/build.ts';
import { Capture } from '../network/capture.ts';
import { CertificateAuthority } from '../network/certificates.ts';
import { assertInside } from '../network/enter.ts';
import { Program } from '../network/host.ts';
import { BLOCKED, GATEWAYS, HOSTS, type HostName, NAMESERVER } from '../network/plan.ts';
import { techniques } from '../techniques/all.ts';
import { impose } from '../techniques/technique.ts';
import type { Got } from './wire-client.ts';
import { WirePerson } from './wire-person.ts';

/** How long is waited, in ms, for what should come, and for what should not. */
const PATIENCE = 5_000;
const QUIET = 600;
const silent = { ms: QUIET };

assertInside();
buildNetwork();
const authority = new CertificateAuthority(FOLDER);
const middlebox = new Middlebox();
await middlebox.start();

const [naive, decoy, home, portal] = [HOSTS.naive, HOSTS.decoy, HOSTS.home, HOSTS.portal];
const servers = (['naive', 'decoy', 'home', 'portal', 'bob'] as HostName[]).map((host) => {
  const { certPath, keyPath } = authority.issue(host);
  const program = join(import.meta.dirname, 'wire-server.ts');
  return new Program(host, [program, certPath, keyPath, '443', '3478']);
});
const { certPath, keyPath } = authority.issue('resolver');
const resolver = join(import.meta.dirname, '..', 'hosts', 'public-resolver.ts');
servers.push(new Program('resolver', [resolver, certPath, keyPath, HOSTS.resolver.address]));
const patience = AbortSignal.timeout(30_000);
for (const server of servers) {
  if (!(await server.until('ready', patience))) throw new Error(server.err);
}
const ann = new WirePerson('ann', authority.path);

const tls = (host: { address: string }, name: string, more: object = {}) =>
  ann.does<string>({ do: 'tls', address: host.address, name, ms: PATIENCE, ...more });
const get = (host: { address: string }, bytes: number, ms = PATIENCE) =>
  ann.does<Got>({ do: 'get', address: host.address, port: 8080, bytes, ms });
const udp = (host: { address: string }, port: number, hex: string, ms = PATIENCE) =>
  ann.does<boolean>({ do: 'udp', address: host.address, port, hex, ms });
const ask = (
  name: string,
  over: 'udp' | 'tcp',
  address: string = HOSTS.resolver.address,
  ms = PATIENCE,
) => ann.does<unknown>({ do: 'dns', address, name, over, ms });

async function under<T>(
  name: string,
  variant: string,
  settings: Record<string, number>,
  work: () => Promise<T>,
): Promise<T> {
  const technique = techniques.find((each) => each.name === name);
  if (!technique) throw new Error(`no technique ${name}`);
  const given = new Map([[name, new Map(Object.entries(settings))]]);
  await middlebox.impose((rules) => impose(technique, variant, given, rules));
  const result = await work();
  await middlebox.lift();
  return result;
}

/** Runs `work`, and tells what of ann's packets with a host crossed the middlebox. */
async function crossed(host: { address: string }, work: () => Promise<unknown>) {
  const start = (network: 'lan' | 'foreign') =>
    Capture.start(GATEWAYS[network].device, join(FOLDER, network));
  const captures = await Promise.all([start('lan'), start('foreign')]);
  const result = await work();
  const [lan = [], foreign = []] = await Promise.all(captures.map((capture) => capture.stop()));
  // Servers of connections that froze before go on trying: only the newest one counts.
  const port = lan.findLast(({ syn, to }) => syn && to === host.address)?.fromPort;
  const up = foreign.filter(({ to, fromPort }) => to === host.address && fromPort === port);
  const down = lan.filter(({ from, toPort }) => from === host.address && toPort === port);
  const bytes = down.reduce((sum, { length }) => sum + length, 0);
  return { result, up: up.length, down: down.length, bytes };
}

const pings = (host: { address: string }) => () =>
  ann.does<number>({ do: 'pings', address: host.address, most: 60, ms: 1_000 });

const measured = {
  dns: await under('dns-removal', 'removed', {}, async () => ({
    removed: await ask(naive.name, 'udp', NAMESERVER),
    elsewhereByUdp: await ask(naive.name, 'udp'),
    elsewhereByTcp: await ask(naive.name, 'tcp'),
    other: await ask(decoy.name, 'udp'),
  })),
  reset: await under('name-filter', 'reset', { residualSeconds: 60 }, async () => ({
    other: await tls(naive, decoy.name),
    split: await tls(naive, naive.name, { split: true }),
    afterwards: await tls(naive, decoy.name),
    elsewhere: await tls(decoy, decoy.name, { split: true }),
  })),
  dropAfter: await under('name-filter', 'drop-after', { residualSeconds: 60 }, async () => ({
    plain: await tls(naive, naive.name, silent),
    residual: await tls(naive, decoy.name, silent),
  })),
  dropHello: await under('name-filter', 'drop-hello', { residualSeconds: 1 }, async () => ({
    split: await tls(naive, naive.name, { split: true, ms: 1_200 }),
    noName: await tls(naive, ''),
  })),
  address: await under('address-block', 'dropped', {}, async () => ({
    blocked: await get(naive, 1, QUIET),
    other: await get(decoy, 1),
    list: BLOCKED.addresses,
  })),
  addressReset: await under('address-block', 'reset', {}, async () => ({
    hellos: [await tls(naive, naive.name), await tls(naive, decoy.name), await tls(naive, '')],
    datagrams: await udp(naive, 3478, 'aa', QUIET),
    elsewhere: [await tls(decoy, decoy.name), await udp(decoy, 3478, 'aa')],
  })),
  curtainInAll: await under('curtain', 'packets-in-all', {}, () => crossed(decoy, pings(decoy))),
  curtainMoved: await under('curtain', 'packets-in-all', { packets: 31 }, () =>
    crossed(decoy, pings(decoy)),
  ),
  curtainEachWay: await under('curtain', 'packets-each-way', {}, () =>
    crossed(decoy, () => get(decoy, 200_000, 1_000)),
  ),
  curtainBytes: await under('curtain', 'reply-bytes', {}, () =>
    crossed(decoy, () => get(decoy, 200_000, 1_000)),
  ),
  curtainAtHome: await under('curtain', 'packets-in-all', {}, () => get(home, 200_000)),
  policing: await under('policing', 'alone', { penSeconds: 2 }, async () => {
    const first: string[] = [];
    for (let count = 0; count < 4; count++) first.push(await tls(decoy, decoy.name));
    const fifth = await tls(decoy, decoy.name, silent);
    const otherName = await tls(decoy, '', {});
    const stillPenned = await tls(decoy, decoy.name, { ms: 300 });
    const events = middlebox.events;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    return { first, fifth, otherName, stillPenned, later: await tls(decoy, decoy.name), events };
  }),
  policedLater: await under('throttle', 'trickle', { trickleBytesPerSecond: 8_000 }, async () => {
    let over = 0;
    const standing = Array.from({ length: 3 }, async () => {
      const { bytes } = await ann.does<Got>({
        ...{ do: 'get', address: decoy.address, port: 443, name: decoy.name, bytes: 32_000 },
        ms: PATIENCE,
      });
      over++;
      return bytes;
    });
    // All of them are through when another one is.
    await tls(decoy, '');
    return under('policing', 'alone', {}, async () => {
      const fresh: string[] = [];
      for (let count = 0; count < 4; count++) fresh.push(await tls(decoy, decoy.name));
      return { fresh, overBefore: over, bytes: await Promise.all(standing) };
    });
  }),
  throttle: await under('throttle', 'dropped', { bytesPerSecond: 64_000, burstBytes: 8_000 }, () =>
    crossed(decoy, () => get(decoy, 200_000)),
  ),
  trickle: await under('throttle', 'trickle', { trickleBytesPerSecond: 8_000 }, () =>
    ann.does<Got>({
      ...{ do: 'get', address: decoy.address, port: 443, name: decoy.name, bytes: 16_000 },
      ms: 3_000,
    }),
  ),
  udpAll: await under('udp', 'all-but-dns', {}, async () => ({
    any: await udp(decoy, 3478, '00', QUIET),
    dns: await ask(decoy.name, 'udp'),
    tcp: await get(decoy, 1),
  })),
  stun: await under('udp', 'stun', {}, async () => ({
    stun: await udp(decoy, 3478, `000100002112a442${'00'.repeat(12)}`, QUIET),
    any: await udp(decoy, 3478, '00'.repeat(20)),
  })),
  node: await under('fingerprint', 'node', {}, () => tls(decoy, decoy.name, silent)),
  quic: await under('fingerprint', 'quic', {}, async () => ({
    one: await udp(decoy, 443, `c000000001${'00'.repeat(1_195)}`, QUIET),
    two: await udp(decoy, 443, `c06b3343cf${'00'.repeat(1_195)}`),
  })),
  whitelist: await under('whitelist', 'listed', {}, async () => ({
    listed: await tls(portal, portal.name),
    otherName: await tls(portal, decoy.name, silent),
    foreign: await get(decoy, 1, QUIET),
    dns: await ask(decoy.name, 'udp', NAMESERVER),
  })),
  dnsOnly: await under('whitelist', 'dns-only', {}, async () => ({
    listed: await get(portal, 1, QUIET),
    dns: await ask(decoy.name, 'udp', NAMESERVER),
  })),
  severed: await under('severed', 'abroad', {}, async () => ({
    foreign: await get(decoy, 1, QUIET),
    domestic: await get(home, 1),
  })),
  shutdown: await under('shutdown', 'lan-only', {}, async () => ({
    domestic: await get(home, 1, QUIET),
    dns: await ask(decoy.name, 'udp', NAMESERVER, QUIET),
    neighbour: await get(HOSTS.bob, 1),
  })),
  unplugged: await under('shutdown', 'unplugged', {}, async () => ({
    neighbour: await get(HOSTS.bob, 1, QUIET),
  })),
  tightening: await under('tightening', 'first', {}, async () => ({
    known: await udp(naive, 3478, '00', QUIET),
    other: await udp(decoy, 3478, '00'),
    frozen: await crossed(decoy, pings(decoy)),
  })),
  tightened: await under('tightening', 'tightened', {}, async () => ({
    known: await get(naive, 1, QUIET),
    other: await get(decoy, 1),
  })),
  lifted: { tls: await tls(naive, naive.name), big: await get(naive, 200_000) },
};
export type Measured = typeof measured;
console.log(JSON.stringify(measured));
process.exit(0);
