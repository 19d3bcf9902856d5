/**
 * What a server answers to hellos that differ, as JARM asks (https://github.com/salesforce/jarm): the version, the suite,
 * the extensions and the group that it chooses (RFC 8446 section 4.1.3), or its alert. It is the fingerprint of its TLS library and settings.
 */
import { once } from 'node:events';
import { connect as connectPlain } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import type { Suspect } from './ask.ts';

const HELLOS: ReadonlyMap<string, ConnectionOptions> = new Map([
  ['a usual hello', { ALPNProtocols: ['h2', 'http/1.1'] }],
  ['one that wants HTTP/2 alone', { ALPNProtocols: ['h2'] }],
  ['one without ALPN', {}],
  ['one of TLS 1.2', { maxVersion: 'TLSv1.2' }],
  [
    'one of TLS 1.2 with few suites',
    { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305' },
  ],
  ['one of TLS 1.2 without forward secrecy', { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' }],
  ['one with another curve', { ecdhCurve: 'P-521' }],
]);
const PATIENCE = 20_000;
const [ALERT, HANDSHAKE, SERVER_HELLO] = [21, 22, 2] as const;
/** Of extensions: the group that it agrees on is in it (RFC 8446 section 4.2.8). */
const KEY_SHARE = 51;

export async function answersToHellos(suspect: Suspect): Promise<Map<string, string>> {
  const answers = new Map<string, string>();
  for (const [what, hello] of HELLOS) answers.set(what, await answerTo(suspect, hello));
  return answers;
}

async function answerTo({ address, name }: Suspect, hello: ConnectionOptions): Promise<string> {
  const raw = connectPlain({ host: address, port: 443 });
  let head = Buffer.alloc(0);
  raw.on('data', (part: Buffer) => {
    head = Buffer.concat([head, part]);
  });
  const secure = connect({ ...hello, socket: raw, servername: name, rejectUnauthorized: false });
  secure.on('error', () => undefined);
  const signal = AbortSignal.timeout(PATIENCE);
  await Promise.race([
    once(secure, 'secureConnect', { signal }),
    once(raw, 'close', { signal }),
  ]).catch(() => undefined);
  const protocol = secure.alpnProtocol || 'none';
  raw.destroy();
  return `${readAnswer(head)}, protocol ${protocol}`;
}

function readAnswer(bytes: Buffer): string {
  if (bytes.length < 7) return 'nothing';
  if (bytes[0] === ALERT) return `alert ${bytes[6]}`;
  if (bytes[0] !== HANDSHAKE || bytes[5] !== SERVER_HELLO || bytes.length < 50) return 'no hello';
  const version = bytes.readUInt16BE(9).toString(16);
  let at = 43 + 1 + bytes.readUInt8(43);
  const suite = bytes.readUInt16BE(at).toString(16);
  at += 3;
  const extensions: number[] = [];
  let group = 'none';
  const end = at + 2 + bytes.readUInt16BE(at);
  for (at += 2; at + 4 <= Math.min(end, bytes.length); at += 4 + bytes.readUInt16BE(at + 2)) {
    extensions.push(bytes.readUInt16BE(at));
    if (bytes.readUInt16BE(at) === KEY_SHARE) group = bytes.readUInt16BE(at + 4).toString(16);
  }
  return `${version} ${suite} ${extensions.join('-')} group ${group}`;
}
