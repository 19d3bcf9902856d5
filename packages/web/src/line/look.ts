/**
 * Looks at the line as far as a page may: whether each of the server's endpoints answers, and whether much comes from
 * where the page came from. A browser tells no page why a connection failed, and lets it send no single packet.
 */
import type { HostSeen, Notes, Seen, Step, Transfer } from '@polynya/messenger/line/diagnosis';
import { isAddress } from '@polynya/messenger/line/diagnosis';

/** Enough to meet what freezes connections, in bytes. */
const ENOUGH = 65_536;
/** What comes first says little of how fast the line is, in bytes. */
const BEGINNING = 8_192;

export interface LookPorts {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** ms, never set back. */
  steady(): number;
  readonly online: boolean;
  /** How long an endpoint may take, and for how long nothing may come of a body, in ms. */
  readonly patience: number;
}

/**
 * @param endpoints URLs that lead to the server
 * @param body of some length, where the page came from
 */
export async function look(
  endpoints: readonly string[],
  body: string,
  notes: Notes,
  ports: LookPorts,
): Promise<Omit<Seen, 'reached'>> {
  const urls = endpoints.filter((endpoint) => /^https?:/.test(endpoint));
  // Addresses before names: a filter that hears the name may cut off the address for minutes.
  const order = urls.sort((a, b) => Number(isAddress(hostOf(b))) - Number(isAddress(hostOf(a))));
  const steps: (readonly [host: string, step: Step])[] = [];
  for (const url of order) {
    const { port, protocol } = new URL(url);
    const number = Number(port) || (protocol === 'http:' ? 80 : 443);
    const step = await notes.take('tls', hostOf(url), number, answers(url, ports));
    steps.push([hostOf(url), step]);
  }
  const some = (address: boolean, wanted: Step) =>
    steps.some(([host, step]) => isAddress(host) === address && step === wanted);
  const reachable = some(true, 'ok');
  const refused = !reachable && some(true, 'failed');
  // A name that nobody filters, and nobody has: a resolver that is there denies it at once.
  const silent = some(false, 'silent');
  const nobody = `https://${crypto.randomUUID().slice(0, 8)}.example/`;
  const denied = silent ? await answers(nobody, ports) : null;
  const deaf = denied === 'silent';
  const server = steps.map(([host, step]) => seenOf(host, step, { reachable, refused, deaf }));
  return {
    connected: ports.online,
    waited: deaf ? ports.patience : null,
    resolver: (denied !== null && !deaf) || some(false, 'ok') || some(false, 'failed'),
    ...{ server, home: [], abroad: [] },
    transfer: await transferOf(body, ports),
  };
}

/** `failed`: the browser says no more than that. */
async function answers(url: string, ports: LookPorts): Promise<Step> {
  const patience = AbortSignal.timeout(ports.patience);
  try {
    await ports.fetch(url, {
      ...{ method: 'HEAD', mode: 'no-cors', cache: 'no-store', credentials: 'omit' },
      signal: patience,
    });
    return 'ok';
  } catch {
    return patience.aborted ? 'silent' : 'failed';
  }
}

interface Others {
  /** Whether the server answers at an address. */
  readonly reachable: boolean;
  /** Whether somebody says no at once at its addresses. */
  readonly refused: boolean;
  /** Whether the resolver says nothing of any name. */
  readonly deaf: boolean;
}

/** What that most likely means. */
function seenOf(host: string, step: Step, { reachable, refused, deaf }: Others): HostSeen {
  const named = !isAddress(host);
  const nothing = { host, dns: null, tcp: null, otherPort: null, tls: null, otherHello: null };
  if (step === 'ok') return { ...nothing, dns: named ? 'ok' : null, tcp: 'ok', tls: 'ok' };
  // Who is told at once that there is no way there is told so by the directory of names, as a rule, unless it is so without a name as well.
  if (named && step === 'failed') return { ...nothing, dns: refused ? 'ok' : 'refused' };
  if (step === 'failed') return { ...nothing, tcp: 'refused' };
  if (named && deaf) return { ...nothing, dns: 'silent' };
  if (named && reachable) return { ...nothing, dns: 'ok', tcp: 'ok', tls: 'silent' };
  return { ...nothing, dns: named ? 'ok' : null, tcp: 'silent', otherPort: 'silent' };
}

/** Null where nothing of it comes at all. */
async function transferOf(url: string, ports: LookPorts): Promise<Transfer | null> {
  const over = new AbortController();
  let timer = setTimeout(() => over.abort(), ports.patience);
  let bytes = 0;
  let begun = 0;
  let skipped = 0;
  const rate = () => {
    const ms = ports.steady() - begun;
    return begun > 0 && ms > 0 && bytes > skipped ? ((bytes - skipped) * 8_000) / ms : null;
  };
  try {
    // From the first byte on, so that it comes uncompressed and its bytes are those of the line.
    const answer = await ports.fetch(url, {
      headers: { range: 'bytes=0-' },
      cache: 'no-store',
      signal: over.signal,
    });
    const reader = answer.body?.getReader();
    while (bytes < ENOUGH) {
      const part = await reader?.read();
      if (!part || part.done) break;
      clearTimeout(timer);
      timer = setTimeout(() => over.abort(), ports.patience);
      bytes += part.value.length;
      if (begun === 0 && bytes >= BEGINNING) {
        begun = ports.steady();
        skipped = bytes;
      }
    }
    return { bytes, bitsPerSecond: rate(), stalled: false };
  } catch {
    return bytes > 0 ? { bytes, bitsPerSecond: rate(), stalled: over.signal.aborted } : null;
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}
