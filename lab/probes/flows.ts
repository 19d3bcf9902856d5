/** What a classifier sees of TLS connections to one host, who reads none of it: sizes, numbers and times of records (RFC 8446 section 5.1). */
import { readClientHello } from '../middlebox/client-hello.ts';
import type { Packet } from '../network/pcap.ts';
import { type Stream, streamsIn } from '../network/streams.ts';

/** One connection. */
export interface Flow {
  /** JA4 of its hello. */
  readonly hello: string;
  readonly numbers: Readonly<Record<string, number>>;
  /** Lengths of the records of application data up, without the one that ends the handshake, and down. */
  readonly said: readonly number[];
  readonly heard: readonly number[];
}

const PORT = 443;
const APPLICATION_DATA = 23;
const HEADER = 5;

/** Connections of these clients to a host, those that said something after their handshake. */
export function flowsTo(
  address: string,
  clients: readonly string[],
  packets: readonly Packet[],
): Flow[] {
  const streams = streamsIn(packets);
  const isWanted = ({ begun, from, to, toPort }: Stream) =>
    begun && to === address && toPort === PORT && clients.includes(from);
  return streams.filter(isWanted).flatMap((up) => {
    const { from, fromPort } = up;
    const down = streams.find((one) => one.to === from && one.toPort === fromPort);
    const isOf = (packet: Packet) =>
      (packet.from === from && packet.fromPort === fromPort) ||
      (packet.to === from && packet.toPort === fromPort);
    const spoken = packets.filter((one) => one.payload.length > 0 && isOf(one));
    const said = recordsIn(up.bytes).slice(1);
    const heard = recordsIn(down?.bytes ?? Buffer.alloc(0));
    const hello = readClientHello(up.bytes);
    if (said.length === 0 || typeof hello === 'string') return [];
    return [{ hello: hello.ja4, numbers: numbersOf(said, heard, spoken, from), said, heard }];
  });
}

function numbersOf(
  said: readonly number[],
  heard: readonly number[],
  spoken: readonly Packet[],
  client: string,
): Flow['numbers'] {
  const [up, down] = [sum(said), sum(heard)];
  const times = spoken.map(({ at }) => at);
  const turns = spoken.map(({ from }) => (from === client ? 'u' : 'd')).join('');
  const silences = times.slice(1).map((at, index) => at - (times[index] ?? at));
  return {
    'the first record up': said[0] ?? 0,
    'the shortest record up': Math.min(...said),
    'the longest record up': Math.max(...said),
    'the shortest record down': Math.min(...heard),
    'the longest record down': Math.max(0, ...heard),
    'records up': said.length,
    'records down': heard.length,
    'records down for each up': heard.length / said.length,
    'packets up in a row': Math.max(...turns.split('d').map(({ length }) => length)),
    'bytes up': up,
    'bytes down': down,
    'bytes down for each up': down / up,
    'seconds open': (times.at(-1) ?? 0) - (times[0] ?? 0),
    'the longest silence': Math.max(0, ...silences),
  };
}

/** As the line shows them, without their headers. */
function recordsIn(bytes: Buffer): number[] {
  const lengths: number[] = [];
  for (let at = 0; at + HEADER <= bytes.length; at += HEADER + bytes.readUInt16BE(at + 3)) {
    if (bytes[at] === APPLICATION_DATA) lengths.push(bytes.readUInt16BE(at + 3));
  }
  return lengths;
}

/** The features of which one alone tells every connection of ours from every one of theirs, with what each shows. */
export function separating(ours: readonly Flow[], theirs: readonly Flow[]): string[] {
  const hellos = (flows: readonly Flow[]) => [...new Set(flows.map(({ hello }) => hello))];
  const [own, other] = [hellos(ours), hellos(theirs)];
  const found = own.some((one) => other.includes(one))
    ? []
    : [`the hello (JA4 ${own.join(' or ')}, not ${other.join(' or ')})`];
  for (const name of Object.keys(ours[0]?.numbers ?? {})) {
    const of = (flows: readonly Flow[]) => flows.map(({ numbers }) => numbers[name] ?? 0);
    const [a, b] = [of(ours), of(theirs)];
    const apart = Math.max(...a) < Math.min(...b) || Math.max(...b) < Math.min(...a);
    if (apart) found.push(`${name} (${span(a)}, not ${span(b)})`);
  }
  return [
    ...found,
    ...lengths(
      'up',
      ours.map(({ said }) => said),
      theirs.map(({ said }) => said),
    ),
    ...lengths(
      'down',
      ours.map(({ heard }) => heard),
      theirs.map(({ heard }) => heard),
    ),
  ];
}

/** Records of a length that each connection of ours has, and none of theirs. */
function lengths(
  way: 'up' | 'down',
  ours: readonly (readonly number[])[],
  theirs: readonly (readonly number[])[],
): string[] {
  const [first = [], ...others] = ours;
  const told = [...new Set(first)].filter(
    (length) =>
      others.every((all) => all.includes(length)) && !theirs.some((all) => all.includes(length)),
  );
  return told.length > 0 ? [`records ${way} of ${told.join(' and ')} bytes`] : [];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

function span(numbers: readonly number[]): string {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)].map((each) =>
    String(Math.round(each * 100) / 100),
  );
  return least === most ? `${least}` : `${least} to ${most}`;
}
