/**
 * A backup as a file: a header in clear, then a sealed stream of records, each a CBOR value with its length
 * before it (32 bits, big-endian). The first says what comes, the last how much of it there was.
 *
 *     file    = "polynya backup 1\n" ‖ id(16) ‖ stream (sealed-stream.ts; the header is all before it)
 *     records = about, (table, row*)*, end
 */
import { type Cbor, decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Stored, StoredTable } from '../engine/engine.ts';
import { StreamError } from './sealed-stream.ts';

const MAGIC = Buffer.from('polynya backup 1\n');
const ID = 16;
export const HEADER_BYTES = MAGIC.length + ID;

/** No row is larger, by far. In bytes. */
const LARGEST = 16 * 1_048_576;

const KINDS = { about: 0, table: 1, row: 2, end: 3 } as const;

/** What is in the data folder beside the database, as it stood there. */
export interface About {
  /** `sqlite` or `postgres`, and the version of its schema. */
  readonly engine: string;
  readonly schema: number;
  /** Of server-keys.json, record-serial and last-hour: name and content. */
  readonly files: readonly (readonly [name: string, content: Uint8Array])[];
}

export type BackupRecord =
  | ({ readonly kind: 'about' } & About)
  | ({ readonly kind: 'table' } & StoredTable)
  | { readonly kind: 'row'; readonly values: readonly Stored[] }
  /** Rows in all. */
  | { readonly kind: 'end'; readonly rows: number };

export const headerOf = (id: Uint8Array): Uint8Array => Buffer.concat([MAGIC, id]);

/** The backup's id; undefined for what is no backup. */
export function idIn(header: Uint8Array): Uint8Array | undefined {
  const isOne = header.length === HEADER_BYTES && MAGIC.equals(header.subarray(0, MAGIC.length));
  return isOne ? header.subarray(MAGIC.length) : undefined;
}

export function encodeRecord(record: BackupRecord): Uint8Array {
  const cbor = encodeCbor(fieldsOf(record));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(cbor.length);
  return Buffer.concat([length, cbor]);
}

function fieldsOf(record: BackupRecord): Cbor {
  switch (record.kind) {
    case 'about':
      return [KINDS.about, record.engine, record.schema, record.files];
    case 'table':
      return [KINDS.table, record.name, record.columns];
    case 'row':
      return [KINDS.row, record.values];
    case 'end':
      return [KINDS.end, record.rows];
  }
}

/** The records of a stream that was opened. @throws StreamError for anything else */
export async function* decodeRecords(
  plain: AsyncIterable<Uint8Array>,
): AsyncGenerator<BackupRecord> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const bytes of plain) {
    rest = Buffer.concat([rest, bytes]);
    let at = 0;
    while (rest.length - at >= 4) {
      const length = rest.readUInt32BE(at);
      if (length > LARGEST) throw new StreamError('a record without end');
      if (rest.length - at - 4 < length) break;
      yield recordOf(rest.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    rest = rest.subarray(at);
  }
  if (rest.length > 0) throw new StreamError('half a record');
}

function recordOf(bytes: Uint8Array): BackupRecord {
  try {
    const [kind, ...fields] = decodeCbor(bytes) as readonly Cbor[];
    const [first, second, third] = fields;
    if (kind === KINDS.about) {
      const files = third as About['files'];
      return { kind: 'about', engine: String(first), schema: Number(second), files };
    }
    if (kind === KINDS.table) {
      return { kind: 'table', name: String(first), columns: second as readonly string[] };
    }
    if (kind === KINDS.row) return { kind: 'row', values: first as readonly Stored[] };
    if (kind === KINDS.end) return { kind: 'end', rows: Number(first) };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new StreamError('not a record', { cause: error });
  }
  throw new StreamError('an unknown record');
}
