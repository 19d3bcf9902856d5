/**
 * A TLS ClientHello (RFC 8446 section 4.1.2) as a middlebox reads it: the name in SNI (RFC 6066 section 3)
 * and the JA4 fingerprint (FoxIO's specification, TLS over TCP). Put together again from however many records
 * and segments it comes in.
 */
import { createHash } from 'node:crypto';

export interface ClientHello {
  /** Lower case; null without the extension. */
  readonly name: string | null;
  readonly ja4: string;
  /** JA4's hashes of cipher suites and of extensions, without what depends on name and ALPN. */
  readonly kind: string;
}

/** The longest hello that is put together; beyond it nobody looks. */
const LONGEST = 65_536;
const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SNI = 0;
const SIGNATURE_ALGORITHMS = 13;
const ALPN = 16;
const SUPPORTED_VERSIONS = 43;

/** `more`: not all of it is there yet. `other`: this is no ClientHello. */
export function readClientHello(stream: Buffer): ClientHello | 'more' | 'other' {
  const fragments: Buffer[] = [];
  let held = 0;
  for (let at = 0; ; ) {
    const message = held >= 4 ? Buffer.concat(fragments) : undefined;
    if (message && message[0] !== CLIENT_HELLO) return 'other';
    if (message && message.length >= 4 + message.readUIntBE(1, 3)) {
      return parse(message.subarray(4, 4 + message.readUIntBE(1, 3)));
    }
    if (at < stream.length && stream[at] !== HANDSHAKE) return 'other';
    if (at + 5 > stream.length) break;
    const end = at + 5 + stream.readUInt16BE(at + 3);
    if (end > stream.length) break;
    fragments.push(stream.subarray(at + 5, end));
    held += end - at - 5;
    at = end;
  }
  return stream.length > LONGEST ? 'other' : 'more';
}

function parse(body: Buffer): ClientHello | 'other' {
  try {
    return fingerprint(body);
  } catch (error) {
    // It ends where it should go on: whatever it is, no client sends it.
    if (error instanceof RangeError) return 'other';
    throw error;
  }
}

function fingerprint(body: Buffer): ClientHello {
  let at = 34;
  at += 1 + body.readUInt8(at);
  const suites = numbers(body.subarray(at + 2, at + 2 + body.readUInt16BE(at)));
  at += 2 + body.readUInt16BE(at);
  at += 1 + body.readUInt8(at);
  const extensions = at < body.length ? extensionsIn(body.subarray(at + 2)) : new Map();
  const types = [...extensions.keys()].filter(isReal);
  const ciphers = suites.filter(isReal);
  const name = nameIn(extensions.get(SNI));
  const versions = numbers(extensions.get(SUPPORTED_VERSIONS)?.subarray(1) ?? Buffer.alloc(0));
  const version = Math.max(body.readUInt16BE(0), ...versions.filter(isReal));
  const head = [
    't',
    VERSIONS.get(version) ?? '00',
    name === null ? 'i' : 'd',
    count(ciphers),
    count(types),
    protocolIn(extensions.get(ALPN)),
  ].join('');
  const hashed = types.filter((type) => type !== SNI && type !== ALPN);
  // Chromium sprinkles into these, too.
  const algorithms = numbers(
    extensions.get(SIGNATURE_ALGORITHMS)?.subarray(2) ?? Buffer.alloc(0),
  ).filter(isReal);
  const kind = [
    hash(hexList(ciphers.sort((a, b) => a - b))),
    hash([hexList(hashed.sort((a, b) => a - b)), hexList(algorithms)].filter(Boolean).join('_')),
  ].join('_');
  return { name, ja4: `${head}_${kind}`, kind };
}

const VERSIONS = new Map([
  [0x0304, '13'],
  [0x0303, '12'],
  [0x0302, '11'],
  [0x0301, '10'],
]);

function extensionsIn(list: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= list.length; ) {
    const length = list.readUInt16BE(at + 2);
    found.set(list.readUInt16BE(at), list.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}

function nameIn(extension: Buffer | undefined): string | null {
  if (!extension || extension.length < 5) return null;
  return extension.toString('latin1', 5, 5 + extension.readUInt16BE(3)).toLowerCase();
}

/** First and last letter of the first ALPN protocol, as JA4 has it. */
function protocolIn(extension: Buffer | undefined): string {
  if (!extension || extension.length < 4) return '00';
  const first = extension.toString('latin1', 3, 3 + extension.readUInt8(2));
  return `${first[0] ?? '0'}${first.at(-1) ?? '0'}`;
}

/** What RFC 8701 (GREASE) sprinkles in says nothing about a client. */
function isReal(value: number): boolean {
  return (value & 0x0f0f) !== 0x0a0a || value >> 8 !== (value & 0xff);
}

function numbers(list: Buffer): number[] {
  return Array.from({ length: list.length >> 1 }, (_, index) => list.readUInt16BE(index * 2));
}

function count(list: readonly number[]): string {
  return String(Math.min(list.length, 99)).padStart(2, '0');
}

function hexList(list: readonly number[]): string {
  return list.map((each) => each.toString(16).padStart(4, '0')).join(',');
}

function hash(text: string): string {
  return text === ''
    ? '000000000000'
    : createHash('sha256').update(text).digest('hex').slice(0, 12);
}
