/**
 * Program: the server of the naive messenger. It keeps what was said and tells everybody else: nothing is
 * lost by it, so that whatever fails is the censor's work. To browsers it shows a plain page (plain-page.ts).
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { type WebSocket, WebSocketServer } from 'ws';
import { servePlainPage } from './plain-page.ts';

export interface NaiveMessage {
  readonly room: string;
  readonly id: string;
  readonly from: string;
  readonly text: string;
}

/** What a messenger sends to whoever connects, before anything new: contacts, chats, history. In bytes. */
const SYNC = 28_000;

const [certPath = '', keyPath = ''] = process.argv.slice(2);
const kept: NaiveMessage[] = [];
const tls = { cert: readFileSync(certPath), key: readFileSync(keyPath) };
const server = createServer(tls, servePlainPage);
const everybody = new Map<WebSocket, { room: string; from: string }>();

new WebSocketServer({ server }).on('connection', (socket: WebSocket) => {
  socket.on('error', () => socket.terminate());
  socket.on('close', () => everybody.delete(socket));
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as NaiveMessage;
    const { room, id, from } = message;
    if (!everybody.has(socket)) {
      everybody.set(socket, { room, from });
      socket.send(JSON.stringify({ history: randomBytes(SYNC / 2).toString('hex') }));
      for (const each of kept) {
        if (each.room === room && each.from !== from) socket.send(JSON.stringify(each));
      }
    }
    if (id === '') return;
    socket.send(JSON.stringify({ ack: id }));
    if (kept.some((each) => each.id === id)) return;
    kept.push(message);
    for (const [other, who] of everybody) {
      if (who.room === room && who.from !== from) other.send(JSON.stringify(message));
    }
  });
});
server.listen(443, () => console.log('ready'));
