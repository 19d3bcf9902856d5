/**
 * What a server answers to hellos that differ, as JARM asks (https://github.com/salesforce/jarm): the version, the suite,
 * the extensions and the group that it chooses (RFC 8446 section 4.1.3), or its alert. It is the fingerprint of its TLS library and settings.
 * What a library has one way whatever the settings are is asked apart (tls-sessions.ts): whether a name is acknowledged,
 * and a group that not all know.
 */
import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type ConnectionOptions, connect } from 'node:tls';
import type { Suspect } from './ask.ts';

const OLD: ConnectionOptions = { maxVersion: 'TLSv1.2' };
const HELLOS: ReadonlyMap<string, ConnectionOptions> = new Map<string, ConnectionOptions>([
  ['a usual hello', { ALPNProtocols: ['h2', 'http/1.1'] }],
  ['one that wants HTTP/2 alone', { ALPNProtocols: ['h2'] }],
  ['one without ALPN', {}],
  ['one of TLS 1.2', OLD],
  [
    'one of TLS 1.2 with few suites',
    { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305' },
  ],
  ['one of TLS 1.2 without forward secrecy', { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' }],
  ['one with another curve', { ecdhCurve: 'P-521' }],
]);
/** What all libraries know. */
const ecdhCurve = 'X25519:P-256:P-384:P-521';
const PATIENCE = 20_000;
const NONE = 'no hello';
const [ALERT, HANDSHAKE, SERVER_HELLO] = [21, 22, 2] as const;
/** Of extensions: the group that it agrees on is in it (RFC 8446 section 4.2.8). */
const KEY_SHARE = 51;
/** Empty in an answer: the name was heard (RFC 6066 section 3). */
const SERVER_NAME = 0;

/** @throws Error where no server's hello came at all: then there is nothing to hold against another's */
export async function answersToHellos(suspect: Suspect): Promise<Map<string, string>> {
  const answers = new Map<string, string>();
  for (const [what, hello] of HELLOS) answers.set(what, await answerTo(suspect, hello));
  if ([...answers.values()].every((answer) => answer.startsWith(NONE))) throw new Error(NONE);
  return answers;
}

export async function acknowledgesNames(suspect: Suspect): Promise<boolean> {
  const { head } = await firstAnswer(suspect, OLD);
  return readHello(head)?.extensions.includes(SERVER_NAME) ?? false;
}

async function answerTo(suspect: Suspect, hello: ConnectionOptions): Promise<string> {
  const { head, protocol } = await firstAnswer(suspect, { ecdhCurve, ...hello });
  return `${inWords(head)}, protocol ${protocol}`;
}

/** The bytes as they came, and the protocol that was agreed on if the handshake came to its end. */
async function firstAnswer(
  { address, name, port = 443 }: Suspect,
  hello: ConnectionOptions,
): Promise<{ readonly head: Buffer; readonly protocol: string }> {
  const raw = connectPlain({ host: address, port });
  let head = Buffer.alloc(0);
  const socket = overheard(raw, (part) => {
    head = Buffer.concat([head, part]);
  });
  const secure = connect({ ...hello, socket, servername: name, rejectUnauthorized: false });
  secure.on('error', () => undefined);
  const signal = AbortSignal.timeout(PATIENCE);
  await Promise.race([
    once(secure, 'secureConnect', { signal }),
    once(raw, 'close', { signal }),
  ]).catch(() => undefined);
  const protocol = secure.alpnProtocol || 'none';
  raw.destroy();
  return { head, protocol };
}

/** TLS takes a socket's bytes past whoever listens to it, but not those of another stream. */
function overheard(raw: Socket, heard: (part: Buffer) => void): Duplex {
  const stream = new Duplex({
    read: () => undefined,
    write: (part: Buffer, _, done) => void raw.write(part, done),
    destroy: (_, done) => {
      raw.destroy();
      done(null);
    },
  });
  raw.on('data', (part: Buffer) => {
    heard(part);
    stream.push(part);
  });
  raw.on('error', () => raw.destroy());
  raw.on('close', () => stream.destroy());
  return stream;
}

function inWords(bytes: Buffer): string {
  if (bytes[0] === ALERT && bytes.length >= 7) return `alert ${bytes[6]}`;
  const hello = readHello(bytes);
  if (!hello) return NONE;
  const { version, suite, extensions, group } = hello;
  const told = extensions.filter((one) => one !== SERVER_NAME).join('-');
  return `${version.toString(16)} ${suite.toString(16)} ${told} group ${group?.toString(16) ?? 'none'}`;
}

interface ServerHello {
  readonly version: number;
  readonly suite: number;
  readonly extensions: readonly number[];
  readonly group: number | null;
}

/** Null for anything else. */
function readHello(bytes: Buffer): ServerHello | null {
  if (bytes[0] !== HANDSHAKE || bytes[5] !== SERVER_HELLO || bytes.length < 50) return null;
  const version = bytes.readUInt16BE(9);
  let at = 43 + 1 + bytes.readUInt8(43);
  const suite = bytes.readUInt16BE(at);
  at += 3;
  const extensions: number[] = [];
  let group: number | null = null;
  const end = at + 2 + bytes.readUInt16BE(at);
  for (at += 2; at + 4 <= Math.min(end, bytes.length); at += 4 + bytes.readUInt16BE(at + 2)) {
    extensions.push(bytes.readUInt16BE(at));
    if (bytes.readUInt16BE(at) === KEY_SHARE) group = bytes.readUInt16BE(at + 4);
  }
  return { version, suite, extensions, group };
}
