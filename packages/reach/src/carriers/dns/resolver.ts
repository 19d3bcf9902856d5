/** The resolver of the host that we are on, whatever it is: one query to it, over UDP or TCP, and what it answers. */
import { createSocket } from 'node:dgram';
import { getServers } from 'node:dns';
import { connect, isIPv6 } from 'node:net';
import type { Random } from '../../clock.ts';
import { type Answer, decodeAnswer, encodeQuestion } from './message.ts';
import { Stream } from './stream.ts';

export interface Query {
  readonly name: string;
  readonly type: number;
  /** How long an answer over UDP may be; null to say nothing of it. */
  readonly most: number | null;
}

/** Asks once. Rejects if no answer comes before `signal` aborts, or none can come. */
export type Ask = (query: Query, via: 'udp' | 'tcp', signal: AbortSignal) => Promise<Answer>;

/** Asks the system's nameservers, the next one after questions that one did not answer. */
export function askResolver(random: Random, servers: () => readonly string[] = getServers): Ask {
  let turn = 0;
  return async (query, via, signal) => {
    signal.throwIfAborted();
    const all = servers().map(addressOf);
    const asked = turn;
    const server = all[asked % all.length];
    if (!server) throw new Error('this system has no nameserver');
    const [high = 0, low = 0] = random(2);
    const id = (high << 8) | low;
    const question = encodeQuestion(id, query.name, query.type, query.most);
    const take = (message: Uint8Array): Answer | null => {
      const answer = decodeAnswer(message);
      const ours = answer?.id === id && answer.type === query.type;
      // Resolvers play with the letters' case (0x20).
      return ours && answer.name.toLowerCase() === query.name.toLowerCase() ? answer : null;
    };
    try {
      return await (via === 'udp' ? overUdp : overTcp)(server, question, take, signal);
    } catch (error) {
      // Once for all that were under way to it.
      if (turn === asked) turn++;
      throw error;
    }
  };
}

interface Server {
  readonly host: string;
  readonly port: number;
}

/** `1.2.3.4`, `1.2.3.4:53`, `::1` or `[::1]:53`, as Node has them. */
function addressOf(server: string): Server {
  const [, six, four, port] = /^(?:\[(.+)\]|([\d.]+))(?::(\d+))?$/.exec(server) ?? [];
  return { host: six ?? four ?? server, port: Number(port ?? 53) };
}

type Over = (
  server: Server,
  question: Buffer,
  take: (message: Uint8Array) => Answer | null,
  signal: AbortSignal,
) => Promise<Answer>;

/** From a port of its own, so that whoever would forge an answer has to guess it too (RFC 5452). */
const overUdp: Over = ({ host, port }, question, take, signal) =>
  new Promise((resolve, reject) => {
    const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4' });
    const end = (): void => {
      signal.removeEventListener('abort', onAbort);
      socket.close();
    };
    const fail = (error: unknown): void => {
      end();
      reject(error);
    };
    const onAbort = (): void => fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', fail);
    socket.on('message', (message) => {
      const answer = take(message);
      if (!answer) return;
      end();
      resolve(answer);
    });
    // Connected, so that only this server is heard, and that it is gone is told.
    socket.connect(port, host, () => socket.send(question));
  });

const overTcp: Over = ({ host, port }, question, take, signal) =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    const stream = new Stream((message) => {
      const answer = take(message);
      if (!answer) return;
      socket.destroy();
      resolve(answer);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection ended without an answer')));
    socket.on('data', (part) => stream.take(part));
    socket.on('connect', () => socket.write(Stream.framed(question)));
  });
