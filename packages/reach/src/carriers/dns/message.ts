/**
 * DNS messages (RFC 1035 section 4, EDNS of RFC 6891): one question, and what answers it, records of one type.
 * Both ends of the carrier read and write with it. Names are ASCII; whatever is no such message is null.
 */

export const TYPE = { A: 1, NS: 2, SOA: 6, NULL: 10, TXT: 16, AAAA: 28, OPT: 41 } as const;
export const RCODE = { ok: 0, format: 1, failed: 2, noName: 3, notImplemented: 4, refused: 5 };
const CLASS_IN = 1;
const FLAG = { answer: 0x8000, authoritative: 0x0400, truncated: 0x0200, recursion: 0x0100 };
const HEADER = 12;
/** Bytes of a record whose name is the question's, but for its data. */
export const RECORD = 12;
/** Bytes of the record that says how long answers may be (RFC 6891 section 6.1). */
export const OPT_RECORD = 11;
/** The end of the question's name is a pointer to here (RFC 1035 section 4.1.4). */
const TO_QUESTION = 0xc000 | HEADER;

export interface Question {
  readonly id: number;
  /** As it came, in letters of either case, without the last dot. */
  readonly name: string;
  readonly type: number;
  readonly internet: boolean;
  readonly opcode: number;
  /** How long an answer over UDP may be, if it was said. */
  readonly most: number | null;
  /** Bytes of the question section. */
  readonly length: number;
}

export interface Answer {
  readonly id: number;
  readonly name: string;
  readonly type: number;
  readonly rcode: number;
  readonly truncated: boolean;
  /** The data of the records of the type that was asked for, whatever their names. */
  readonly records: readonly Uint8Array[];
}

/** @param most how long an answer may be that comes over UDP, null to leave EDNS out */
export function encodeQuestion(
  id: number,
  name: string,
  type: number,
  most: number | null,
): Buffer {
  const header = headerOf(id, FLAG.recursion, [1, 0, 0, most === null ? 0 : 1]);
  const opt = most === null ? [] : [optOf(most)];
  return Buffer.concat([header, encodeName(name), Buffer.from([0, type, 0, CLASS_IN]), ...opt]);
}

export function decodeQuestion(message: Uint8Array): Question | null {
  const bytes = bufferOf(message);
  const header = bytes.length < HEADER ? null : bytes.readUInt16BE(2);
  if (header === null || header & FLAG.answer || bytes.readUInt16BE(4) !== 1) return null;
  const asked = readAsked(bytes);
  if (!asked) return null;
  const { name, type, end } = asked;
  const internet = bytes.readUInt16BE(end - 2) === CLASS_IN;
  const most = readRecords(bytes, end)?.find((record) => record.type === TYPE.OPT)?.klass ?? null;
  const opcode = (header >> 11) & 15;
  return { id: bytes.readUInt16BE(0), name, type, internet, opcode, most, length: end - HEADER };
}

export interface AnswerOptions {
  readonly rcode?: number;
  /** Data of records of the type asked for. */
  readonly records?: readonly Uint8Array[];
  /** Data of a record of another type that says whose the name is, in the authority section. */
  readonly authority?: { readonly name: string; readonly type: number; readonly data: Uint8Array };
  readonly truncated?: boolean;
  /** How long queries may be, for whoever speaks EDNS. */
  readonly most?: number;
}

/**
 * The answer of a server that knows (RFC 1035 section 6), good for no time: nobody keeps it.
 * @param query as it came: its question is repeated letter by letter, as RFC 1035 and 0x20 want it
 */
export function encodeAnswer(query: Uint8Array, asked: Question, options: AnswerOptions): Buffer {
  const { rcode = RCODE.ok, records = [], authority, truncated = false, most } = options;
  const asks = bufferOf(query).readUInt16BE(2) & FLAG.recursion;
  const knows = rcode === RCODE.ok ? FLAG.authoritative : 0;
  const flags =
    FLAG.answer | (asked.opcode << 11) | knows | (truncated ? FLAG.truncated : 0) | asks | rcode;
  const opt = asked.most === null || most === undefined ? [] : [optOf(most)];
  const counts = [1, records.length, authority ? 1 : 0, opt.length] as const;
  return Buffer.concat([
    headerOf(asked.id, flags, counts),
    query.subarray(HEADER, HEADER + asked.length),
    ...records.flatMap((data) => [recordHead(TO_QUESTION, asked.type, data.length), data]),
    ...(authority
      ? [encodeName(authority.name), recordHead(null, authority.type, authority.data.length)]
      : []),
    ...(authority ? [authority.data] : []),
    ...opt,
  ]);
}

export function decodeAnswer(message: Uint8Array): Answer | null {
  const bytes = bufferOf(message);
  const header = bytes.length < HEADER ? null : bytes.readUInt16BE(2);
  if (header === null || !(header & FLAG.answer) || bytes.readUInt16BE(4) !== 1) return null;
  const asked = readAsked(bytes);
  if (!asked) return null;
  const { name, type, end } = asked;
  const truncated = (header & FLAG.truncated) !== 0;
  const found = readRecords(bytes, end, bytes.readUInt16BE(6));
  // What was cut off at its end is asked for again.
  if (!found && !truncated) return null;
  const records = (found ?? []).filter((each) => each.type === type).map(({ data }) => data);
  return { id: bytes.readUInt16BE(0), name, type, rcode: header & 15, truncated, records };
}

/** A name as it travels: labels after their lengths. @throws RangeError for a label that is none */
export function encodeName(name: string): Buffer {
  const labels = name === '' ? [] : name.split('.');
  const parts = labels.map((label) => {
    const bytes = Buffer.from(label, 'latin1');
    if (bytes.length === 0 || bytes.length > 63) throw new RangeError('not a name');
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  });
  return Buffer.concat([...parts, Buffer.alloc(1)]);
}

function headerOf(
  id: number,
  flags: number,
  counts: readonly [number, number, number, number],
): Buffer {
  const header = Buffer.alloc(HEADER);
  for (const [at, value] of [id, flags, ...counts].entries()) header.writeUInt16BE(value, 2 * at);
  return header;
}

/** @param pointer to the name; null if the name comes before this */
function recordHead(pointer: number | null, type: number, length: number): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(CLASS_IN, 2);
  head.writeUInt16BE(length, 8);
  if (pointer === null) return head;
  return Buffer.concat([Buffer.from([pointer >> 8, pointer & 255]), head]);
}

function optOf(most: number): Buffer {
  const record = Buffer.alloc(OPT_RECORD);
  record.writeUInt16BE(TYPE.OPT, 1);
  record.writeUInt16BE(most, 3);
  return record;
}

/** The question: its name, uncompressed as it always is, its type, and where it ends. */
function readAsked(bytes: Buffer): { name: string; type: number; end: number } | null {
  const labels: string[] = [];
  for (let at = HEADER; ; ) {
    const length = bytes[at] ?? 64;
    if (length > 63 || at - HEADER > 255) return null;
    at += 1 + length;
    if (length === 0) {
      if (at + 4 > bytes.length) return null;
      return { name: labels.join('.'), type: bytes.readUInt16BE(at), end: at + 4 };
    }
    labels.push(bytes.toString('latin1', at - length, at));
  }
}

interface RawRecord {
  readonly type: number;
  readonly klass: number;
  readonly data: Uint8Array;
}

/** So many records from `at` on, or all that are counted; null if the message ends before them. */
function readRecords(bytes: Buffer, at: number, count = countAll(bytes)): RawRecord[] | null {
  const records: RawRecord[] = [];
  let next = at;
  while (records.length < count) {
    const head = skipName(bytes, next);
    if (head === null || head + 10 > bytes.length) return null;
    const end = head + 10 + bytes.readUInt16BE(head + 8);
    if (end > bytes.length) return null;
    const [type, klass] = [bytes.readUInt16BE(head), bytes.readUInt16BE(head + 2)];
    records.push({ type, klass, data: bytes.subarray(head + 10, end) });
    next = end;
  }
  return records;
}

function countAll(bytes: Buffer): number {
  return bytes.readUInt16BE(6) + bytes.readUInt16BE(8) + bytes.readUInt16BE(10);
}

/** Names of records are not looked at: a pointer ends one (RFC 1035 section 4.1.4). */
function skipName(bytes: Buffer, at: number): number | null {
  for (let next = at; ; ) {
    const length = bytes[next];
    if (length === undefined) return null;
    if (length >= 0xc0) return next + 2;
    if (length > 63) return null;
    next += 1 + length;
    if (length === 0) return next;
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
