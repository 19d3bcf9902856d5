/** IPv4 packets from a capture file (libpcap's format, Ethernet), with their TCP or UDP header read (RFC 9293, RFC 768). */

export interface Packet {
  /** Seconds since 1970. */
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly protocol: 'tcp' | 'udp';
  readonly fromPort: number;
  readonly toPort: number;
  /** Of the IP packet, headers included, in bytes. */
  readonly length: number;
  readonly syn: boolean;
  /** TCP's sequence number; 0 for UDP. */
  readonly sequence: number;
  readonly payload: Buffer;
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET = 14;
const IPV4 = 0x0800;
const TCP = 6;
const UDP = 17;

/** All TCP and UDP packets; what is not whole at the end of a file still being written is left out. */
export function readCapture(file: Buffer): Packet[] {
  const packets: Packet[] = [];
  for (let at = FILE_HEADER; at + RECORD_HEADER <= file.length; ) {
    const captured = file.readUInt32LE(at + 8);
    const start = at + RECORD_HEADER;
    if (start + captured > file.length) break;
    const time = file.readUInt32LE(at) + file.readUInt32LE(at + 4) / 1_000_000;
    const packet = readPacket(file.subarray(start, start + captured), time);
    if (packet) packets.push(packet);
    at = start + captured;
  }
  return packets;
}

function readPacket(frame: Buffer, at: number): Packet | null {
  if (frame.length < ETHERNET + 20 || frame.readUInt16BE(12) !== IPV4) return null;
  const length = frame.readUInt16BE(ETHERNET + 2);
  const ip = frame.subarray(ETHERNET, ETHERNET + length);
  const body = ip.subarray((ip.readUInt8(0) & 0x0f) * 4);
  const protocol = ip.readUInt8(9);
  if ((protocol !== TCP && protocol !== UDP) || body.length < 8) return null;
  const tcp = protocol === TCP;
  if (tcp && body.length < 20) return null;
  return {
    at,
    from: [...ip.subarray(12, 16)].join('.'),
    to: [...ip.subarray(16, 20)].join('.'),
    protocol: tcp ? 'tcp' : 'udp',
    fromPort: body.readUInt16BE(0),
    toPort: body.readUInt16BE(2),
    length,
    syn: tcp && (body.readUInt8(13) & 0x02) !== 0,
    sequence: tcp ? body.readUInt32BE(4) : 0,
    payload: body.subarray(tcp ? (body.readUInt8(12) >> 4) * 4 : 8),
  };
}
