/** POSTs (RFC 9110 section 9.3.3) from Node over connections of its own, which are kept for the next while both ends may. */
import { Agent, type ClientRequestArgs, request } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { LIMITS } from '@polynya/protocol/limits';
import type { Dialer } from '../by-name/dialer.ts';
import { BODY_TYPE, type Post } from './post.ts';

/** @param dialer by which hosts are found */
export function nodePost(dialer: Dialer): Post {
  const agents = new Map<string, DialedAgent>();
  return (endpoint, body, signal) => {
    const { origin, host, pathname, search } = new URL(endpoint);
    const agent = agents.get(origin) ?? new DialedAgent(dialer, origin);
    agents.set(origin, agent);
    const headers = { host, 'content-type': BODY_TYPE, 'content-length': body.length };
    return new Promise((resolve, reject) => {
      const outgoing = request({ agent, method: 'POST', path: pathname + search, headers, signal });
      outgoing.on('error', reject);
      outgoing.on('response', (response) => {
        const { statusCode = 0, headers: said } = response;
        const ours = statusCode >= 200 && statusCode < 300 && said['content-type'] === BODY_TYPE;
        const parts: Buffer[] = [];
        let bytes = 0;
        response.on('data', (part: Buffer) => {
          bytes += part.length;
          // A page is read to its end, so that the connection can be kept; what is endless is not.
          if (bytes > LIMITS.post) return void outgoing.destroy(new Error('an endless answer'));
          if (ours) parts.push(part);
        });
        response.on('error', reject);
        response.on('end', () => resolve(ours ? new Uint8Array(Buffer.concat(parts)) : null));
      });
      outgoing.end(body);
    });
  };
}

/** The connections to one origin. */
class DialedAgent extends Agent {
  readonly #dialer: Dialer;
  readonly #origin: string;

  constructor(dialer: Dialer, origin: string) {
    super({ keepAlive: true });
    this.#dialer = dialer;
    this.#origin = origin;
  }

  override createConnection(
    { signal = new AbortController().signal }: ClientRequestArgs,
    done: (error: Error | null, socket: Duplex) => void = () => undefined,
  ): undefined {
    this.#dialer.connect(this.#origin, signal).then(
      (socket) => done(null, socket),
      (error: unknown) => done(error instanceof Error ? error : new Error('aborted'), new Socket()),
    );
  }
}
