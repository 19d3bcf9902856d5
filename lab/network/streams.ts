/** The byte streams in a capture: what each end of each connection sent, in order, each byte once. */
import type { Packet } from './pcap.ts';

export interface Stream {
  readonly from: string;
  readonly fromPort: number;
  readonly to: string;
  readonly toPort: number;
  readonly protocol: 'tcp' | 'udp';
  /** UDP payloads are put one after the other. */
  readonly bytes: Buffer;
  /** Its beginning was recorded: it is not what is left of an earlier connection. */
  readonly begun: boolean;
  /** When its first packet was seen, in seconds since 1970. */
  readonly at: number;
}

const WRAP = 2 ** 32;

/** Retransmissions are left out; where packets are missing, what follows comes right after. */
export function streamsIn(packets: readonly Packet[]): Stream[] {
  const groups = new Map<string, Packet[]>();
  const rounds = new Map<string, number>();
  for (const packet of packets) {
    const tuple = [packet.protocol, packet.from, packet.fromPort, packet.to, packet.toPort].join(
      ' ',
    );
    // The same ports again are another connection.
    if (packet.syn) rounds.set(tuple, (rounds.get(tuple) ?? 0) + 1);
    const key = `${tuple} ${rounds.get(tuple) ?? 0}`;
    const group = groups.get(key);
    if (group) group.push(packet);
    else groups.set(key, [packet]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { from, fromPort, to, toPort, protocol, at } = first;
    const bytes = protocol === 'tcp' ? inOrder(group) : Buffer.concat(group.map((p) => p.payload));
    return [{ from, fromPort, to, toPort, protocol, bytes, begun: first.syn, at }];
  });
}

function inOrder(group: readonly Packet[]): Buffer {
  const base = group[0]?.sequence ?? 0;
  const offset = ({ sequence }: Packet): number => (sequence - base + WRAP) % WRAP;
  const parts: Buffer[] = [];
  let end = 0;
  for (const packet of [...group].sort((a, b) => offset(a) - offset(b))) {
    if (packet.payload.length === 0) continue;
    const known = Math.max(0, end - offset(packet));
    if (known >= packet.payload.length) continue;
    parts.push(packet.payload.subarray(known));
    end = offset(packet) + packet.payload.length;
  }
  return Buffer.concat(parts);
}
