/** What a run put on the censor's wire: how much, towards whom, and whether anything in it can be read. */
import { readClientHello } from '../middlebox/client-hello.ts';
import type { Packet } from '../network/pcap.ts';
import { DELEGATED, SUBNETS } from '../network/plan.ts';
import { type Stream, streamsIn } from '../network/streams.ts';

const HOME = SUBNETS.lan.slice(0, SUBNETS.lan.lastIndexOf('.') + 1);
const TLS_HANDSHAKE = 22;
/** So many bytes of a secret are not on a wire by accident. */
const WINDOW = 16;

/** The zone that carries envelopes, as a query names it (RFC 1035 section 3.1). */
const ZONE = DELEGATED.zone
  .split('.')
  .map((label) => `${String.fromCharCode(label.length)}${label}`)
  .join('');

/** Multicast, which no router passes on (RFC 5771). */
const MULTICAST = /^(22[4-9]|23\d)\./;

/** Packets of these clients that crossed the ISP. */
export function crossing(packets: readonly Packet[], clients: readonly string[]): Packet[] {
  return packets.filter(
    ({ from, to }) =>
      (clients.includes(from) && !to.startsWith(HOME) && !MULTICAST.test(to)) ||
      (clients.includes(to) && !from.startsWith(HOME)),
  );
}

/** Bytes of IP packets, both ways. */
export function bytesOf(packets: readonly Packet[]): number {
  return packets.reduce((sum, { length }) => sum + length, 0);
}

/** The way most bytes came by: `tls NAME`, `tls ADDRESS` without a name, `udp ADDRESS`, `dns ADDRESS`; null if none came. */
export function mainWay(packets: readonly Packet[]): string | null {
  const streams = streamsIn(packets);
  const totals = new Map<string, number>();
  for (const back of streams) {
    if (back.to.startsWith(HOME) && back.bytes.length > 0) {
      const way = wayOf(back, streams);
      if (way === null) continue;
      totals.set(way, (totals.get(way) ?? 0) + back.bytes.length);
    }
  }
  return [...totals].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

/** Where somebody connected to most often within a minute by TLS, told apart as who counts does: by client, address and name. */
export function busiest(packets: readonly Packet[]): Crowd | null {
  const times = new Map<string, number[]>();
  for (const { from, to, protocol, bytes, at } of streamsIn(packets)) {
    const hello = from.startsWith(HOME) && protocol === 'tcp' ? readClientHello(bytes) : 'other';
    if (typeof hello === 'string') continue;
    const key = `${from} ${to} ${hello.name ?? ''}`;
    times.set(key, [...(times.get(key) ?? []), at]);
  }
  const crowds = [...times].map(([key, all]) => {
    const within = (start: number) => all.filter((at) => at >= start && at < start + 60).length;
    return { where: key.trim(), most: Math.max(...all.map(within)) };
  });
  return crowds.sort((a, b) => b.most - a.most)[0] ?? null;
}

/** Connections of one client to one address and name. */
export interface Crowd {
  readonly where: string;
  /** Within any minute (count). */
  readonly most: number;
}

/** null: no way, a name was looked up. */
function wayOf(back: Stream, streams: readonly Stream[]): string | null {
  const there = streams.find(
    (stream) =>
      stream.from === back.to &&
      stream.fromPort === back.toPort &&
      stream.to === back.from &&
      stream.toPort === back.fromPort,
  );
  const said = there?.bytes ?? Buffer.alloc(0);
  if (back.fromPort === 53) {
    return said.toString('latin1').toLowerCase().includes(ZONE) ? `dns ${back.from}` : null;
  }
  if (back.protocol === 'udp') return `udp ${back.from}`;
  const hello = readClientHello(said);
  if (typeof hello === 'string') return `tcp ${back.from}`;
  return `tls ${hello.name ?? back.from}`;
}

/**
 * What can be read in it that nobody should read: any of the secrets, as text, in base64url or in part, or
 * a TCP connection that is not TLS. Answers a description of each, without the secret.
 */
export function leaksIn(
  packets: readonly Packet[],
  secrets: ReadonlyMap<string, string>,
): string[] {
  const streams = streamsIn(packets).filter(({ bytes }) => bytes.length > 0);
  const found = new Set<string>();
  for (const { from, to, fromPort, toPort, protocol, bytes, begun } of streams) {
    for (const [what, secret] of secrets) {
      if (needles(secret).some((needle) => bytes.includes(needle))) found.add(`${what} in clear`);
    }
    if (protocol !== 'tcp' || !begun) continue;
    const up = from.startsWith(HOME) && toPort !== 53;
    if (up && bytes[0] !== TLS_HANDSHAKE) found.add(`${to} without TLS`);
    const down = to.startsWith(HOME) && fromPort !== 53;
    if (down && !isTls(bytes)) found.add(`${from} without TLS`);
  }
  return [...found];
}

/** A handshake, an alert or a change of ciphers come first. */
function isTls(bytes: Buffer): boolean {
  return [20, 21, TLS_HANDSHAKE].includes(bytes[0] ?? 0);
}

function needles(secret: string): Buffer[] {
  const encoded = /^[\w-]{24,}$/.test(secret) ? Buffer.from(secret, 'base64url') : Buffer.alloc(0);
  const parts: Buffer[] = [Buffer.from(secret)];
  for (let at = 0; at + WINDOW <= encoded.length; at += WINDOW / 2) {
    parts.push(encoded.subarray(at, at + WINDOW));
  }
  return parts;
}
