/**
 * Hands a message to a push service (RFC 8030 section 5): over TLS, at a public address, in bounded time, whatever the
 * service is. What it says beside its status is not read.
 */
import { lookup as lookUp } from 'node:dns';
import { Agent, request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';

/** ms for all of it. */
const PATIENCE = 15_000;
/** Connections at a time, to one service and to all. */
const SOCKETS = { each: 8, all: 32 };
const HEADER_BYTES = 8_192;

export interface DeliveryPorts {
  /** Whether the server may go to this address because a client said so. */
  readonly mayReach: (address: string) => boolean;
  /** Only for tests: not that of https alone. */
  readonly anyPort?: boolean;
  /** Only for tests: who signs the service's certificate, in PEM. */
  readonly ca?: string;
}

export interface PushMessage {
  readonly endpoint: URL;
  readonly authorization: string;
  readonly body: Uint8Array;
  /** s that the service keeps it for a browser that is not there. */
  readonly ttl: number;
}

/** taken; gone: the subscription is over; refused: for good; later: after so many ms. */
export type Delivered = 'taken' | 'gone' | 'refused' | { readonly later: number };

/** Whether a message may go there at all, as far as the URL tells. */
export function isPushEndpoint(text: string, { mayReach, anyPort }: DeliveryPorts): boolean {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') return false;
  if (url.port !== '' && anyPort !== true) return false;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 || mayReach(host);
}

export class PushDelivery {
  readonly #ports: DeliveryPorts;
  readonly #agent: Agent;

  constructor(ports: DeliveryPorts) {
    this.#ports = ports;
    this.#agent = new Agent({
      ...{ maxSockets: SOCKETS.each, maxTotalSockets: SOCKETS.all },
      ...(ports.ca !== undefined && { ca: ports.ca }),
    });
  }

  /** Never rejects. */
  send({ endpoint, authorization, body, ttl }: PushMessage): Promise<Delivered> {
    return new Promise((resolve) => {
      const asked = request(endpoint, {
        agent: this.#agent,
        method: 'POST',
        lookup: this.#lookup,
        maxHeaderSize: HEADER_BYTES,
        signal: AbortSignal.timeout(PATIENCE),
        headers: {
          authorization,
          'content-encoding': 'aes128gcm',
          'content-type': 'application/octet-stream',
          'content-length': body.length,
          ttl,
          urgency: 'high',
          // One that the service still has is replaced (RFC 8030 section 5.4).
          topic: 'new',
        },
      });
      asked.on('error', () => resolve({ later: 0 }));
      asked.on('response', (response) => {
        resolve(outcome(response.statusCode ?? 0, response.headers['retry-after']));
        response.destroy();
      });
      asked.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  /** The connection goes to the address that was looked at, and to no other. */
  readonly #lookup: LookupFunction = (name, options, done) => {
    lookUp(name, { ...options, all: true }, (error, found) => {
      const addresses = (found ?? []).filter(({ address }) => this.#ports.mayReach(address));
      const [first] = addresses;
      if (error || !first) done(error ?? new Error('not a public address'), '', 4);
      else if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

function outcome(status: number, retryAfter: string | undefined): Delivered {
  if (status >= 200 && status < 300) return 'taken';
  if (status === 404 || status === 410) return 'gone';
  const seconds = Number(retryAfter);
  if (status === 429 || status >= 500) return { later: seconds > 0 ? seconds * 1_000 : 0 };
  return 'refused';
}
