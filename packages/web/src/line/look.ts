/**
 * Looks at the line as far as a page may: whether each of the server's endpoints answers, sites to compare it with if the
 * person names some, how much comes from where the page came from, datagrams, and how many connections pass.
 */
import type {
  DatagramsSeen,
  HostSeen,
  Notes,
  Seen,
  Step,
  Transfer,
} from '@polynya/messenger/line/diagnosis';
import { isAddress, isHidden } from '@polynya/messenger/line/diagnosis';
import { type Noted, nameStep, otherPort, type Steps } from './steps.ts';

/** Names of sites in the country, and abroad. */
export interface Sites {
  readonly home: readonly string[];
  readonly abroad: readonly string[];
}

export interface LookPorts {
  readonly steps: Steps;
  readonly online: boolean;
  readonly patience: number;
  /** The host from which the page came. */
  readonly origin: string;
  /** Of what is there. Rejects if that cannot be asked for. */
  transfer(): Promise<Transfer>;
  /** Told of each connection that is made to a URL's host. */
  opened(url: string): void;
}

/** Connections to one host, one right after the other: more than are let through where they are counted. */
const MANY = 8;
/** Who answered within this has a line on which silence can be told, in ms. */
const AT_ONCE = 1_000;

const NOTHING = { dns: null, tcp: null, otherPort: null, tls: null, otherHello: null } as const;

/** @param endpoints URLs that lead to the server */
export async function look(
  endpoints: readonly string[],
  sites: Sites,
  notes: Notes,
  ports: LookPorts,
): Promise<Omit<Seen, 'reached'>> {
  const { online, patience, steps } = ports;
  // A page cannot use one that says its certificate's hash, and would see it fail.
  const urls = endpoints.filter((endpoint) => /^https?:[^#]*$/.test(endpoint));
  const tell = async (url: string): Promise<readonly [host: string, step: Step]> => {
    const { port, protocol } = new URL(url);
    const number = Number(port) || (protocol === 'http:' ? 80 : 443);
    const step = await notes.take('tls', hostOf(url), number, fetched(url, ports));
    if (step !== 'silent') return [hostOf(url), step];
    // It may have gone by a connection that was there before, and froze long ago: once more, by another.
    const again = await notes.take('tls', hostOf(url), number, fetched(url, ports));
    // What fails now is the looking up of the name that began before: nobody has said no to it.
    const late = again === 'failed' && !isAddress(hostOf(url));
    return [hostOf(url), late ? 'silent' : again];
  };
  const compared = [sites.home, sites.abroad].map((names) =>
    Promise.all(names.map((name) => tell(`https://${name}/`))),
  );
  // Addresses before names: a filter that hears the name may cut off the address for minutes.
  const byAddress = urls.filter((url) => isAddress(hostOf(url)));
  const addresses = await Promise.all(byAddress.map(tell));
  const names = await Promise.all(urls.filter((url) => !byAddress.includes(url)).map(tell));
  const [home = [], abroad = []] = await Promise.all(compared);
  // Of who passes for a web site nothing is asked that tells such a look from a reader's.
  const hidden = urls.filter(isHidden).map(hostOf);
  const isShown = (host: string): boolean => !hidden.includes(host);
  const told = [...names.filter(([host]) => isShown(host)), ...home, ...abroad];
  const has = (of: typeof told, wanted: Step) => of.some(([, step]) => step === wanted);
  // A name that nobody filters, and nobody has: a resolver that is there denies it at once.
  const nobody = `${crypto.randomUUID().slice(0, 8)}.example`;
  const unknown = (): Promise<Step> =>
    steps.fetch(`https://${nobody}/`).then((step) => (step === 'silent' ? step : 'refused'));
  const denied = has(told, 'silent') ? await notes.take('dns', nobody, 0, unknown()) : null;
  const around: Around = {
    ...{ steps, notes },
    isShown,
    reachable: has(addresses, 'ok'),
    refused: !has(addresses, 'ok') && has(addresses, 'failed'),
    deaf: denied === 'silent',
    // Whether this browser tells a name that nobody has from one that somebody has.
    knows: has(told, 'failed') && (await nameStep({ steps, notes }, nobody)) === 'refused',
  };
  const heard = has(told, 'ok') || has(told, 'failed');
  const all = async (list: typeof told, other = around) =>
    Promise.all(list.map(([host, step]) => seenOf(host, step, other)));
  const others = { ...around, reachable: false, refused: false };
  const server = await all([...addresses, ...names]);
  // Of a host that does not answer nothing comes, for another reason.
  const origin = server.find(({ host }) => host === ports.origin);
  const asks = origin === undefined || origin.tls === 'ok';
  const came = asks ? await ports.transfer().catch(() => null) : null;
  const transfer = came?.bytes || origin ? came : null;
  const [datagrams, passed] = await Promise.all([
    // By the server's own STUN, so that nobody else hears of it.
    urls.some((url) => !isHidden(url)) ? datagramsSeen(endpoints, server, around) : null,
    passedOfMany(urls, notes, ports),
  ]);
  return {
    connected: online,
    waited: around.deaf ? patience : null,
    resolver: (denied === null ? told.length < names.length : !around.deaf) || heard,
    ...{ server, home: await all(home, others), abroad: await all(abroad, others) },
    ...{ transfer, datagrams, passed },
  };
}

interface Around extends Noted {
  isShown(host: string): boolean;
  /** Whether the server answers at an address. */
  readonly reachable: boolean;
  /** Whether somebody says no at once at its addresses. */
  readonly refused: boolean;
  /** Whether the resolver says nothing of any name. */
  readonly deaf: boolean;
  readonly knows: boolean;
}

/** What that most likely means. */
async function seenOf(host: string, step: Step, around: Around): Promise<HostSeen> {
  const { isShown, reachable, refused, deaf, knows } = around;
  const named = !isAddress(host);
  const nothing = { ...NOTHING, host };
  const found = { ...nothing, dns: named ? 'ok' : null } as const;
  if (step === 'ok') return { ...found, tcp: 'ok', tls: 'ok' };
  if (step === 'silent') {
    if (named && deaf) return { ...nothing, dns: 'silent' };
    if (named && reachable) return { ...found, tcp: 'ok', tls: 'silent' };
    return {
      ...found,
      tcp: 'silent',
      otherPort: isShown(host) ? await otherPort(around, host) : null,
    };
  }
  if (!named) return { ...nothing, tcp: 'refused' };
  // Where a browser does not say which names there are: who says no at once is the directory of names, as a rule, unless it is so without a name as well.
  const known = knows && isShown(host) ? (await nameStep(around, host)) === 'ok' : refused;
  if (!known) return { ...nothing, dns: 'refused' };
  return reachable ? { ...found, tcp: 'ok', tls: 'reset' } : { ...found, tcp: 'refused' };
}

/** Null if the server has no STUN, or a page may not ask it. */
async function datagramsSeen(
  endpoints: readonly string[],
  server: readonly HostSeen[],
  noted: Noted,
): Promise<DatagramsSeen | null> {
  const url = endpoints.find((endpoint) => endpoint.startsWith('stun:'));
  const [, bracketed = '', port] = /^stun:(.+):(\d+)$/.exec(url ?? '') ?? [];
  if (!url || !bracketed) return null;
  const host = bracketed.replace(/^\[|\]$/g, '');
  const stun = await noted.notes.take('udp', host, Number(port), noted.steps.stun(url));
  if (stun === null || stun === 'refused') return null;
  const there = server.some(({ host: one, tls }) => one === host && tls === 'ok');
  // WebRTC asks in one way alone.
  return { tcp: there ? 'ok' : await otherPort(noted, host), stun, plain: null };
}

/**
 * At an endpoint of the server's, while another one answers: where connections are counted, who made too many must wait
 * a while there. Nobody else learns by it where the page came from, as a WebSocket would say. Null if all pass.
 */
async function passedOfMany(
  urls: readonly string[],
  notes: Notes,
  ports: LookPorts,
): Promise<number | null> {
  const quick = new Set(
    notes.all
      .filter(({ kind, outcome }) => kind === 'tls' && outcome === 'ok')
      .filter(({ began, ended }) => (ended - began) * 1_000 < AT_ONCE)
      .map(({ host }) => host),
  );
  const answering = urls.filter((one) => quick.has(hostOf(one)));
  const url = answering.find((one) => !isHidden(one));
  if (!url || answering.length < 2) return null;
  const host = hostOf(url);
  const over = new AbortController();
  try {
    // One passed when the endpoint was looked at.
    for (let tried = 0; tried < MANY; tried++) {
      ports.opened(url);
      const port = Number(new URL(url).port) || 443;
      const one = ports.steps.socket(url.replace(/^http/, 'ws'), over.signal);
      if ((await notes.take('tls', host, port, one)) !== 'silent') continue;
      // A line may bear no WebSockets, and count nothing.
      return (await fetched(url, ports, true)) === 'silent' ? tried + 1 : null;
    }
    return null;
  } finally {
    over.abort();
  }
}

/** Of a host that is connected to: told to whoever counts. */
function fetched(url: string, { steps, opened }: LookPorts, apart?: boolean): Promise<Step> {
  opened(url);
  return steps.fetch(url, apart);
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}
