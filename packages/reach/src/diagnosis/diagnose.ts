/**
 * What is being done to the line, from what was seen of it: one of a closed list, its figure apart. Pure, so
 * that page and terminal, which see differently well, come to the same words.
 */

export const DIAGNOSES = [
  'dns-removed',
  'name-filtered',
  'address-blocked',
  'frozen',
  'connections-policed',
  'throttled',
  'udp-dropped',
  'fingerprint-filtered',
  'domestic-only',
  'foreign-severed',
  'lan-only',
  'offline',
  'none',
] as const;

export type Diagnosis = (typeof DIAGNOSES)[number];

export interface Finding {
  readonly diagnosis: Diagnosis;
  /**
   * frozen: bytes that came before, null where none did; throttled: bits per second; connections-policed: how many pass; dns-removed: for how
   * many ms a resolver was waited for that said nothing, null where it denies the name. Null for all others.
   */
  readonly figure: number | null;
}

/** How one step went. `silent`: nothing came in time. `refused` and `reset`: something said no. */
export type Step = 'ok' | 'silent' | 'refused' | 'reset' | 'failed';

/** One host, looked at from the outside in; null for a step that was not taken. */
export interface HostSeen {
  readonly host: string;
  /** Null for an address. `refused`: there is no such name. */
  readonly dns: Step | null;
  readonly tcp: Step | null;
  /** A port at which nobody is expected: `refused` shows that packets come and go. */
  readonly otherPort: Step | null;
  readonly tls: Step | null;
  /** TLS at a name's address without saying the name; null for an address, and where nobody could ask. */
  readonly unnamed?: Step | null;
  /** TLS again, by a hello that is not that of any program of this kind; null where the first one did. */
  readonly otherHello: Step | null;
}

export interface Transfer {
  readonly bytes: number;
  /** Of the line when it was past its beginning; null when too little came to tell. */
  readonly bitsPerSecond: number | null;
  /** It stopped before its end and nothing more came. */
  readonly stalled: boolean;
}

/** A server that answers datagrams, STUN's and others. */
export interface DatagramsSeen {
  readonly tcp: Step;
  readonly stun: Step;
  /** As it was before it had a magic cookie; null where it cannot be asked so. */
  readonly plain: Step | null;
}

export interface Seen {
  /** Whether this device has an address in any network. */
  readonly connected: boolean;
  /** Whether the system's resolver answers, whatever it says. */
  readonly resolver: boolean;
  /** For how long in ms an answer about a name was waited for in vain, the longest time of all; null if all came. */
  readonly waited?: number | null;
  /** By its addresses, and then by its names: in this order, because a filter punishes the address for the name. */
  readonly server: readonly HostSeen[];
  /** Sites in the country and abroad that have nothing to do with the server; none need be known. */
  readonly home: readonly HostSeen[];
  readonly abroad: readonly HostSeen[];
  readonly transfer: Transfer | null;
  /** Null if no server for it is known. */
  readonly datagrams?: DatagramsSeen | null;
  /** Of many TLS connections to one site, one right after the other, how many passed before one did not; null if all did. */
  readonly passed?: number | null;
  /** Whether the server answers all the same, by whatever way: what refuses at its addresses is then not the server. */
  readonly reached: boolean;
}

/** Below this a line counts as throttled, in bits per second: calls and pictures do not work any more. */
const THROTTLED = 256_000;

export function diagnose(seen: Seen): Finding {
  const { transfer, passed = null, datagrams } = seen;
  const whole = ofNetwork(seen) ?? ofServer(seen);
  // Where connections are counted, the silence of one host says that we made too many to it.
  const counted = passed !== null && !seen.server.some(({ tls }) => tls === 'reset');
  const atHellos = whole === 'address-blocked' && seen.server.some(({ tcp }) => tcp === 'ok');
  const explained = (whole === 'name-filtered' || atHellos) && counted;
  const denied = seen.server.some(({ dns }) => dns === 'refused');
  const figure = whole === 'dns-removed' && !denied ? (seen.waited ?? null) : null;
  if (whole && !explained) return { diagnosis: whole, figure };
  if (passed !== null) return { diagnosis: 'connections-policed', figure: passed };
  if (transfer?.stalled) return { diagnosis: 'frozen', figure: transfer.bytes || null };
  const rate = transfer?.bitsPerSecond ?? null;
  if (rate !== null && rate < THROTTLED) return { diagnosis: 'throttled', figure: rate };
  // A server that nothing reaches says nothing of datagrams.
  const there = datagrams?.tcp === 'ok' || datagrams?.tcp === 'refused';
  const dropped = there && (datagrams.stun === 'silent' || datagrams.plain === 'silent');
  return { diagnosis: dropped ? 'udp-dropped' : 'none', figure: null };
}

/** What concerns more than this server. */
function ofNetwork({ connected, resolver, server, home, abroad, reached }: Seen): Diagnosis | null {
  if (!connected) return 'offline';
  const all = [...server, ...home, ...abroad];
  if (!all.some(answers)) {
    // Where the server is reached all the same, only names are not known.
    if (!resolver) return reached ? null : 'lan-only';
    // One silent server says nothing of a country.
    return home.length > 0 || abroad.length > 0 ? 'domestic-only' : null;
  }
  const fingerprinted = all.filter(({ otherHello }) => otherHello === 'ok');
  if (fingerprinted.length > 0 && !all.some(({ tls }) => tls === 'ok')) {
    return 'fingerprint-filtered';
  }
  if (abroad.length > 0 && !abroad.some(answers) && home.some(answers)) {
    return home.every(answers) ? 'foreign-severed' : 'domestic-only';
  }
  return null;
}

/** What concerns this server alone. */
function ofServer({ server, resolver, abroad, reached }: Seen): Diagnosis | null {
  const named = server.filter(({ dns }) => dns !== null);
  const addresses = server.filter(({ dns }) => dns === null);
  if (resolver && named.some(({ dns }) => dns === 'refused')) return 'dns-removed';
  // A resolver that says nothing of a name, or nothing at all: past it, something answers.
  if (named.some(({ dns }) => dns === 'silent')) return 'dns-removed';
  const addressed = addresses.some(({ tls }) => tls === 'ok');
  const passes = ({ unnamed = null }: HostSeen) =>
    unnamed === null ? addressed : unnamed === 'ok';
  if (named.some((host) => isCut(host.tls) && passes(host))) return 'name-filtered';
  if (server.some(({ tls }) => tls === 'ok')) return null;
  // Packets come and go, but none at the port of TLS: the residue of a filter that has just struck.
  if (server.some(({ tcp, otherPort }) => tcp === 'silent' && otherPort === 'refused')) {
    return 'name-filtered';
  }
  if (reached && named.some(({ tcp }) => tcp === 'refused')) return 'name-filtered';
  const cut = server.filter(({ tcp, tls }) => tcp === 'ok' && isCut(tls));
  if (cut.length > 0) {
    // Who says no name and fares no better is not cut off for the name.
    const anyway = cut.some(({ dns, unnamed }) => dns === null || isCut(unnamed));
    return anyway ? 'address-blocked' : 'name-filtered';
  }
  if (reached && addresses.some(({ tcp }) => tcp === 'refused')) return 'address-blocked';
  // Of a server that could not be looked at nothing is said.
  if (server.length === 0) return null;
  const gone = server.every(({ tcp, otherPort }) => tcp !== 'ok' && otherPort !== 'refused');
  return gone && (resolver || abroad.some(answers)) ? 'address-blocked' : null;
}

/** Of a hello. */
function isCut(step: Step | null | undefined): boolean {
  return step === 'reset' || step === 'silent';
}

/** Packets come back from there. */
function answers({ tcp, otherPort, tls }: HostSeen): boolean {
  return tcp === 'ok' || tcp === 'refused' || otherPort === 'refused' || tls === 'ok';
}
