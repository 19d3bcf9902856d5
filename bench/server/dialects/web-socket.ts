/** WebSocket (RFC 6455) as a client, on a plain line: binary messages that fit in one frame, masked with zeros. */
import type { Line } from './line.ts';

/** Says nothing, and is answered. */
export const PING = Buffer.from([0x89, 0x80, 0, 0, 0, 0]);

/** Upgrades the line; afterwards it carries frames both ways. */
export async function upgrade(line: Line, path: string): Promise<void> {
  line.write(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  const [answer] = await line.until(/HTTP\/1\.1 (\d+)[\s\S]*?\r\n\r\n/);
  if (!answer.startsWith('HTTP/1.1 101')) throw new Error(`no WebSocket: ${answer.slice(0, 60)}`);
}

/** Room for a frame's head and `length` bytes of its message, which begins at `at`. */
export function frameOf(length: number): { frame: Buffer; at: number } {
  const head = length < 126 ? 2 : 4;
  const frame = Buffer.alloc(head + 4 + length);
  frame[0] = 0x82;
  frame[1] = 0x80 | (length < 126 ? length : 126);
  if (length >= 126) frame.writeUInt16BE(length, 2);
  return { frame, at: head + 4 };
}

/** Hands each message to `hear`; answers how many bytes of `chunk` they took. */
export function eachMessage(chunk: Buffer, hear: (message: Buffer) => void): number {
  let at = 0;
  while (at + 2 <= chunk.length) {
    const short = (chunk[at + 1] ?? 0) & 127;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (at + head > chunk.length) break;
    const length =
      short < 126 ? short : short === 126 ? chunk.readUInt16BE(at + 2) : chunk.readUInt32BE(at + 6);
    const end = at + head + length;
    if (end > chunk.length) break;
    if (((chunk[at] ?? 0) & 15) === 2) hear(chunk.subarray(at + head, end));
    at = end;
  }
  return at;
}
