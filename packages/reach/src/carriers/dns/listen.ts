/** A zone at a port, over UDP and over TCP (RFC 1035 section 4.2, RFC 7766). Keeps no log and no address. */
import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer, isIPv6, type Server, type Socket } from 'node:net';
import { Stream } from './stream.ts';
import type { Zone } from './zone.ts';

/** Queries that are being answered at a time, and connections (count); what is beyond is dropped. */
const MOST = { queries: 2_000, connections: 256, ofConnection: 16 };
/** A connection without a query is closed after this, in ms. */
const IDLE = 15_000;
/** Bytes of answers that are held for who does not read them; with more the connection ends. */
const UNREAD = 262_144;

export interface ZoneServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens. Rejects with the platform's error (EADDRINUSE, EACCES and the like) when it cannot. */
export async function serveZone(
  zone: Zone,
  { host, port }: { readonly host: string; readonly port: number },
  report: (error: unknown) => void,
): Promise<ZoneServer> {
  let underWay = 0;
  const answer = async (
    query: Uint8Array,
    via: 'udp' | 'tcp',
    send: (answer: Uint8Array) => void,
  ): Promise<void> => {
    if (underWay >= MOST.queries) return;
    underWay++;
    try {
      const said = await zone.answer(query, via);
      if (said) send(said);
    } catch (error) {
      report(error);
    } finally {
      underWay--;
    }
  };

  const open = new Set<Socket>();
  const tcp: Server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(IDLE, () => socket.destroy());
    let asked = 0;
    const stream = new Stream((query) => {
      if (asked >= MOST.ofConnection) return;
      asked++;
      void answer(query, 'tcp', (said) => {
        if (socket.writableLength > UNREAD) socket.destroy();
        if (!socket.destroyed) socket.write(Stream.framed(said));
      }).finally(() => asked--);
    });
    socket.on('data', (part) => stream.take(part));
  });
  tcp.maxConnections = MOST.connections;
  await new Promise<void>((resolve, reject) => {
    tcp.once('error', reject).listen({ host, port }, () => resolve(void tcp.off('error', reject)));
  });
  const bound = (tcp.address() as AddressInfo).port;

  const udp = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4' });
  udp.on('message', (query, { port: from, address }) => {
    // Nothing is said to ports that no query comes from: two servers would answer each other for ever.
    if (from < 53) return;
    void answer(query, 'udp', (said) => udp.send(said, from, address, () => undefined));
  });
  try {
    await new Promise<void>((resolve, reject) => {
      udp.once('error', reject).bind(bound, host, () => resolve(void udp.off('error', reject)));
    });
  } catch (error) {
    tcp.close();
    throw error;
  }
  // Of single datagrams, such as that a network is gone: the next one may pass.
  udp.on('error', report);
  return {
    port: bound,
    close: async () => {
      await new Promise<void>((resolve) => udp.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => tcp.close(resolve));
    },
  };
}
