/** The little of DNS (RFC 1035 section 4) that the lab's resolvers speak: one question, and A records for an answer. */

export const TYPE_A = 1;
const CLASS_IN = 1;
const NAME_ERROR = 3;
/** Seconds: what is removed is soon forgotten everywhere. */
const TTL = 2;

export interface Question {
  readonly id: number;
  /** Lower case, without the last dot. */
  readonly name: string;
  readonly type: number;
  /** The question section as it came, to be repeated in the answer. */
  readonly section: Buffer;
}

/** What to say: an address, that there is none of this type, or that there is no such name. */
export type Answer = { readonly address: string } | 'no-data' | 'no-such-name';

/** The question of a query; null for whatever is none. */
export function readQuery(message: Buffer): Question | null {
  if (message.length < 17 || message.readUInt16BE(4) !== 1 || (message.readUInt8(2) & 0x80) !== 0) {
    return null;
  }
  const labels: string[] = [];
  let at = 12;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > 63) return null;
    at += 1;
    if (length === 0) break;
    if (at + length > message.length) return null;
    labels.push(message.toString('latin1', at, at + length));
    at += length;
  }
  if (at + 4 > message.length) return null;
  return {
    id: message.readUInt16BE(0),
    name: labels.join('.').toLowerCase(),
    type: message.readUInt16BE(at),
    section: message.subarray(12, at + 4),
  };
}

/** A query for the A records of `name`. */
export function writeQuery(id: number, name: string): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(0x0100, 2);
  header.writeUInt16BE(1, 4);
  const labels = name
    .split('.')
    .flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]);
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, TYPE_A, 0, CLASS_IN])]);
}

/** The answer to a question, from a recursive resolver. */
export function writeAnswer({ id, section }: Question, answer: Answer): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(0x8180 | (answer === 'no-such-name' ? NAME_ERROR : 0), 2);
  header.writeUInt16BE(1, 4);
  if (typeof answer === 'string') return Buffer.concat([header, section]);
  header.writeUInt16BE(1, 6);
  const record = Buffer.alloc(16);
  // The name of the question, by a pointer to it (section 4.1.4).
  record.writeUInt16BE(0xc00c, 0);
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(CLASS_IN, 4);
  record.writeUInt32BE(TTL, 6);
  record.writeUInt16BE(4, 10);
  record.set(answer.address.split('.').map(Number), 12);
  return Buffer.concat([header, section, record]);
}

/** What an answer says; null for whatever is none. */
export function readAnswer(message: Buffer): Answer | null {
  if (message.length < 12 || (message.readUInt8(2) & 0x80) === 0) return null;
  if ((message.readUInt8(3) & 0x0f) === NAME_ERROR) return 'no-such-name';
  if (message.readUInt16BE(6) === 0) return 'no-data';
  return { address: [...message.subarray(-4)].join('.') };
}
