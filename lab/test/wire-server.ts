/** Program for tests: answers in three plain ways, TLS at 443 and TCP at 8080 by so many bytes as a line asks for, UDP by echo. */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

const [certPath = '', keyPath = '', ...udpPorts] = process.argv.slice(2);

function attend(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  socket.setNoDelay(true);
  socket.on('data', (part: Buffer) => {
    for (const line of part.toString('latin1').split('\n')) {
      if (line !== '') socket.write(Buffer.alloc(Number(line), 'x'));
    }
  });
}

createServer(attend).listen(8080);
const tls = { cert: readFileSync(certPath), key: readFileSync(keyPath) };
createTlsServer(tls, attend)
  .on('tlsClientError', (_, socket) => socket.destroy())
  .listen(443, () => console.log('ready'));
for (const port of udpPorts) {
  const socket = createSocket('udp4', (message, from) =>
    socket.send(message, from.port, from.address),
  ).bind(Number(port));
}
