/** A bare broadcast on `ws`, as a ceiling: `node bare-server.ts PORT`. Whoever says something in a topic is heard by its hearers. */
import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';

const hearers = new Map<string, Set<WebSocket>>();

const server = createServer();
new WebSocketServer({ server, perMessageDeflate: false, skipUTF8Validation: true }).on(
  'connection',
  (socket, { url = '/' }) => {
    const [role, topic = ''] = url.slice(1).split('-');
    const all = hearers.get(topic) ?? new Set();
    hearers.set(topic, all);
    if (role !== 'say') all.add(socket);
    socket.on('close', () => all.delete(socket));
    socket.on('error', () => socket.terminate());
    socket.on('message', (data) => {
      for (const one of all) one.send(data, { binary: true });
    });
  },
);
server.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4_096 });
