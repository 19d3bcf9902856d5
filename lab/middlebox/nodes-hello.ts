/** What Node's own TLS client looks like, measured: the censor that drops it must not be out of date. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { connect } from 'node:tls';
import { readClientHello } from './client-hello.ts';

/** JA4's hashes of Node's hello, which are the same for all names and protocols asked for. */
export async function nodesHello(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', servername: 'a.example' });
  client.on('error', () => client.destroy());
  const [socket] = await once(server, 'connection');
  const [head] = await once(socket, 'data');
  const hello = readClientHello(head);
  client.destroy();
  server.close();
  if (typeof hello === 'string') throw new Error(`Node's ClientHello cannot be read: ${hello}`);
  return hello.kind;
}
