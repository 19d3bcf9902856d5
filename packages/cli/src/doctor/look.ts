/** Looks at the line to a server, and at other sites to compare it with, if the person names some. */
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import {
  type HostSeen,
  isHidden,
  type Note,
  type Notes,
  type Seen,
  type Step,
} from '@polynya/messenger/line/diagnosis';
import { datagramsSeen } from './datagrams.ts';
import { greetings, PATIENCE } from './greetings.ts';
import { dnsStep, tcpStep, tlsStep } from './steps.ts';
import { measureTransfer } from './transfer.ts';

export interface Sites {
  /** Names of sites in the country, and abroad. */
  readonly home: readonly string[];
  readonly abroad: readonly string[];
  /** `HOST` or `HOST:PORT` of a server that speaks STUN, if one may be asked. */
  readonly stun?: string | undefined;
}

/** TLS connections to one site, one right after the other: more than are let through where they are counted. */
const MANY = 10;
/** What such a look may take, in ms: on a slow line a few must do. */
const LONG = 10_000;

/** A handshake that took no longer met a line that is quick, in s. */
const AT_ONCE = 1;

/** A port at which servers do not listen (RFC 863, discard). */
const NOBODY = 9;

/** @param endpoints URLs that lead to the server */
export async function look(
  endpoints: readonly string[],
  { home, abroad, stun }: Sites,
  notes: Notes,
): Promise<Omit<Seen, 'reached'>> {
  const urls = endpoints.map((endpoint) => new URL(endpoint));
  // What other carriers go to has no TLS and no name to look at.
  const web = urls.filter(({ protocol }) => /^https?:$/.test(protocol));
  // The server's own, where it has one: nobody else hears of it then. One that passes for a web site has none.
  const own = web.every(({ href }) => isHidden(href)) ? '' : (endpoints.find(isStun) ?? '');
  const asked = stun ?? /^stun:([\w.:]+)$/.exec(own)?.[1];
  // The page is beside the endpoint: behind a secret path where the server has one.
  const pages = new Map(web.map((url) => [new URL('./', url).href, isHidden(url.href)]));
  // Addresses before names: a filter that hears the name may cut off the address for minutes.
  const hosts = [...pages]
    .map(([page, hidden]) => ({ page, hidden, ...targetOf(page) }))
    .sort((a, b) => isIP(b.host) - isIP(a.host));
  const addresses = hosts.filter(({ host }) => isIP(host) !== 0);
  const names = hosts.slice(addresses.length);
  const seeAll = (targets: readonly Target[], more?: More) =>
    Promise.all(targets.map((target) => seenOf(notes, target, more)));
  const site = (host: string) => ({ host, port: 443, secure: true, hidden: false });
  const compared = Promise.all([home, abroad].map((all) => seeAll(all.map(site))));
  const server = await seeAll(addresses);
  const patience = isQuick(notes, addresses) ? PATIENCE.quick : PATIENCE.usual;
  const unnamed = new Map(server.map(({ host, tls }) => [host, tls]));
  server.push(...(await seeAll(names, { patience, unnamed })));
  const [atHome = [], outside = []] = await compared;
  const best = hosts.find((_, index) =>
    [server[index]?.tls, server[index]?.otherHello].includes('ok'),
  );
  const named = [...server, ...atHome, ...outside].map(({ dns }) => dns);
  const resolver = named.some((dns) => dns === 'ok' || dns === 'refused');
  // By a name, nobody is found while no name is known.
  const stunned = asked !== undefined && (resolver || isIP(hostIn(asked)) !== 0);
  // Alone: what else goes over the line would take of its rate.
  const transfer = best?.secure ? await measureTransfer(best.page) : null;
  const [datagrams, passed] = await Promise.all([
    stunned ? datagramsSeen(asked, notes) : null,
    passedOfMany(outside, notes),
  ]);
  return {
    connected: Object.values(networkInterfaces())
      .flat()
      .some((address) => address?.internal === false),
    ...{ resolver, waited: longestWait(notes) },
    ...{ server, home: atHome, abroad: outside },
    ...{ transfer, datagrams, passed },
  };
}

const isStun = (endpoint: string): boolean => endpoint.startsWith('stun:');

const hostIn = (server: string): string => server.split(':')[0] ?? '';

/** For an answer about a name that did not come, in ms. */
function longestWait({ all }: Notes): number | null {
  const silent = all.filter(({ kind, outcome }) => kind === 'dns' && outcome === 'silent');
  const waits = silent.map(({ began, ended }) => Math.round((ended - began) * 1_000));
  return silent.length > 0 ? Math.max(...waits) : null;
}

interface Target {
  readonly host: string;
  readonly port: number;
  /** Not so for plain HTTP, which is only ever spoken on one machine: there is no TLS to look at. */
  readonly secure: boolean;
  /** Whether it passes for a web site: nothing is asked of it then that readers do not ask. */
  readonly hidden: boolean;
}

function targetOf(page: string): Omit<Target, 'hidden'> {
  const { hostname, port, protocol } = new URL(page);
  const secure = protocol === 'https:';
  const usual = secure ? 443 : 80;
  const host = hostname.replace(/^\[|\]$/g, '');
  return { host, port: port === '' ? usual : Number(port), secure };
}

/** Whether one of these hosts has just answered at once: silence can be told sooner then. */
function isQuick({ all }: Notes, hosts: readonly Pick<Target, 'host'>[]): boolean {
  const quick = ({ kind, host, outcome, began, ended }: Note) =>
    kind === 'tls' && outcome === 'ok' && ended - began < AT_ONCE && has(host);
  const has = (host: string) => hosts.some((one) => one.host === host);
  return all.some(quick);
}

/** At a site abroad, never at the server: where connections are counted, who made too many must wait a while. */
async function passedOfMany(sites: readonly HostSeen[], notes: Notes): Promise<number | null> {
  const site = sites.find(({ tls }) => tls === 'ok');
  if (!site) return null;
  const patience = isQuick(notes, [site]) ? PATIENCE.again : PATIENCE.usual;
  // One passed when the site was looked at.
  const end = performance.now() + LONG;
  for (let passed = 1; passed < MANY && performance.now() < end; passed++) {
    const hello = tlsStep(site.host, 443, 'nodes', { patience });
    const step = await notes.take('tls', site.host, 443, hello);
    if (step !== 'ok') return passed;
  }
  return null;
}

/** Of hosts that are the server's own. */
interface More {
  readonly patience: number;
  /** How TLS went at addresses, which has no name in it. */
  readonly unnamed: ReadonlyMap<string, Step | null>;
}

async function seenOf(
  notes: Notes,
  { host, port, secure, hidden }: Target,
  more?: More,
): Promise<HostSeen> {
  const seen: HostSeen = {
    host,
    dns: null,
    tcp: null,
    otherPort: null,
    tls: null,
    otherHello: null,
  };
  let address = '';
  const onFound = (found: string): void => {
    address = found;
  };
  const dns = isIP(host) === 0 ? await notes.take('dns', host, 0, dnsStep(host, onFound)) : null;
  if (dns !== null && dns !== 'ok') return { ...seen, dns };
  const reach = (at: number) => notes.take('tcp', host, at, tcpStep(host, at));
  const tcp = await reach(port);
  if (tcp !== 'ok') {
    return { ...seen, dns, tcp, otherPort: hidden ? null : await reach(NOBODY) };
  }
  if (!secure) return { ...seen, dns, tcp, tls: 'ok' };
  // Before the name is said, which may be punished. Browsers say it, and so do readers of a web site.
  const asked = more && address !== '' && !hidden && !more.unnamed.has(address);
  const nameless = { patience: PATIENCE.again };
  const unnamed = asked
    ? await notes.take('tls', address, port, tlsStep(address, port, 'nodes', nameless))
    : (more?.unnamed.get(address) ?? null);
  const heard = await greetings(notes, host, port, more?.patience);
  const all = { ...seen, dns, tcp, unnamed, ...heard };
  if (!more || heard.tls === 'ok' || heard.otherHello === 'ok') return all;
  // What punishes an address for a name may have struck meanwhile: then not even a connection gets through any more.
  const after = await reach(port);
  if (after === 'ok') return all;
  return { ...all, tcp: after, otherPort: hidden ? null : await reach(NOBODY) };
}
