/**
 * Bytes spread over the records of an answer, by the types that resolvers let pass. Records come in any order
 * (RFC 2181 section 5), so those of several begin with their number.
 */
import { RECORD, TYPE } from './message.ts';

export const CARRYING = [TYPE.TXT, TYPE.NULL, TYPE.AAAA, TYPE.A] as const;
export type Carrying = (typeof CARRYING)[number];

/** A character-string of RFC 1035 section 3.3, without its length. */
const STRING = 255;
/** Bytes of an address, one of which is the record's number. */
const ADDRESS = { [TYPE.A]: 4, [TYPE.AAAA]: 16 } as const;
/**
 * The first record's number, and how many there may be: resolvers that guard against rebinding drop private and
 * special addresses, of which none begins so.
 */
const NUMBERS = { first: 32, count: 64 };

export function isCarrying(type: number): type is Carrying {
  return CARRYING.some((each) => each === type);
}

/** How many bytes go into records of `type` that take `room` bytes of a message in all. */
export function bytesIn(type: Carrying, room: number): number {
  if (type === TYPE.TXT) {
    const data = room - RECORD;
    return Math.max(0, data - Math.ceil(data / (STRING + 1)));
  }
  if (type === TYPE.NULL) return Math.max(0, room - RECORD);
  const size = ADDRESS[type];
  const count = Math.min(NUMBERS.count, Math.floor(room / (RECORD + size)));
  // The length of all comes before the first byte.
  return Math.max(0, count * (size - 1) - 2);
}

/** The data of each record. */
export function toRecords(type: Carrying, bytes: Uint8Array): Uint8Array[] {
  if (type === TYPE.NULL) return [bytes];
  if (type === TYPE.TXT) {
    return [
      Buffer.concat(slices(bytes, STRING).flatMap((one) => [Buffer.from([one.length]), one])),
    ];
  }
  const length = Buffer.from([bytes.length >> 8, bytes.length & 255]);
  const size = ADDRESS[type] - 1;
  return slices(Buffer.concat([length, bytes]), size).map((one, index) =>
    Buffer.concat([Buffer.from([NUMBERS.first + index]), one, Buffer.alloc(size - one.length)]),
  );
}

/** The bytes of an answer's records; null if they are not such an answer's. */
export function fromRecords(type: Carrying, records: readonly Uint8Array[]): Uint8Array | null {
  const [first] = records;
  if (!first) return null;
  if (type === TYPE.NULL) return first;
  return type === TYPE.TXT ? fromStrings(first) : fromAddresses(records, ADDRESS[type]);
}

function fromStrings(data: Uint8Array): Uint8Array | null {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < data.length; ) {
    const end = at + 1 + (data[at] ?? 0);
    if (end > data.length) return null;
    parts.push(data.subarray(at + 1, end));
    at = end;
  }
  return Buffer.concat(parts);
}

function fromAddresses(records: readonly Uint8Array[], size: number): Uint8Array | null {
  const numbered = new Map(records.map((data) => [data[0], data]));
  const inOrder = Array.from(numbered, (_, index) => numbered.get(NUMBERS.first + index));
  if (inOrder.some((data) => data?.length !== size)) return null;
  const all = Buffer.concat(inOrder.map((data) => data?.subarray(1) ?? Buffer.alloc(0)));
  const end = 2 + (((all[0] ?? 0) << 8) | (all[1] ?? 0));
  return end <= all.length && all.length - end < size - 1 ? all.subarray(2, end) : null;
}

function slices(bytes: Uint8Array, size: number): Uint8Array[] {
  const count = Math.max(1, Math.ceil(bytes.length / size));
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}
