/**
 * Program: the naive messenger. One name, one WebSocket over TLS, and patience: it tries again every second
 * and sends again what was not acknowledged. Lines of its standard input are texts; lines it prints are what came.
 */
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { NaiveMessage } from './naive-server.ts';

const [url = '', room = '', from = ''] = process.argv.slice(2);
const PATIENCE = 30_000;
const PAUSE = 1_000;
const waiting = new Map<string, NaiveMessage>();
const seen = new Set<string>();
let current: WebSocket | undefined;

function connect(): void {
  const socket = new WebSocket(url);
  const timer = setTimeout(() => socket.close(), PATIENCE);
  socket.onopen = () => {
    clearTimeout(timer);
    current = socket;
    socket.send(JSON.stringify({ room, id: '', from, text: '' }));
    for (const message of waiting.values()) socket.send(JSON.stringify(message));
  };
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(String(data)) as Partial<NaiveMessage> & { ack?: string };
    if (message.ack !== undefined) waiting.delete(message.ack);
    else if (message.id !== undefined && !seen.has(message.id)) {
      seen.add(message.id);
      console.log(message.text);
    }
  };
  socket.onclose = () => {
    clearTimeout(timer);
    current = undefined;
    setTimeout(connect, PAUSE);
  };
}

createInterface({ input: process.stdin }).on('line', (text) => {
  const message = { room, id: randomUUID(), from, text };
  waiting.set(message.id, message);
  current?.send(JSON.stringify(message));
});
connect();
