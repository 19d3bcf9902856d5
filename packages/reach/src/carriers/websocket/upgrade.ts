/** The opening handshake of a WebSocket at the server (RFC 6455 section 4.2). No subprotocol and no extension is taken. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Writable } from 'node:stream';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const KEY = /^[+/0-9A-Za-z]{22}==$/;
const VERSION = '13';

/** Whether a request asks for a WebSocket as it has to: any other is answered as if it asked for none. */
export function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    KEY.test(headers['sec-websocket-key'] ?? '') &&
    headers['sec-websocket-version'] === VERSION
  );
}

/** Answers such a request, with these headers besides: what follows on the stream are frames. */
export function upgrade(
  { headers }: IncomingMessage,
  stream: Writable,
  besides: Readonly<Record<string, string>> = {},
): void {
  const key = headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1')
    .update(key + GUID)
    .digest('base64');
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    ...Object.entries(besides).map(([name, value]) => `${name}: ${value}`),
  ];
  stream.write(`${lines.join('\r\n')}\r\n\r\n`);
}
