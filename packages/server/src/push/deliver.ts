/**
 * Hands a message to a push service (RFC 8030 section 5): over TLS, at a public address, in bounded time, whatever the
 * service is. What it says beside its status is not read.
 */
import { Resolver } from 'node:dns/promises';
import { Agent, request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { systemResolver } from '@polynya/reach/carriers/by-name/system-resolver';

/** ms for all of it. */
const PATIENCE = 15_000;
/** Connections at a time, to one service and to all. */
const USUAL = { maxSockets: 8, maxTotalSockets: 24 };
/** The same for hosts that are not a browser's by their name: who subscribes may name any, and each may be slow. */
const OTHERS = { maxSockets: 2, maxTotalSockets: 8 };
/** The push services of Chrome, Firefox, Safari and Edge. */
const SERVICES = [
  'fcm.googleapis.com',
  'push.services.mozilla.com',
  'push.apple.com',
  'notify.windows.com',
];
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

/** Whether that is a browser's own push service. */
export function isUsualService({ hostname }: URL): boolean {
  return SERVICES.some((name) => hostname === name || hostname.endsWith(`.${name}`));
}

export class PushDelivery {
  readonly #ports: DeliveryPorts;
  readonly #usual: Agent;
  readonly #others: Agent;
  readonly #resolver = new Resolver({ timeout: 3_000, tries: 2 });
  readonly #lookupUsual = this.#lookup(systemResolver());
  readonly #lookupOther = this.#lookup((name) => this.#addressesOf(name));

  constructor(ports: DeliveryPorts) {
    const { ca } = ports;
    this.#ports = ports;
    this.#usual = new Agent({ ...USUAL, ...(ca !== undefined && { ca }) });
    this.#others = new Agent({ ...OTHERS, ...(ca !== undefined && { ca }) });
  }

  /** Never rejects. */
  send({ endpoint, authorization, body, ttl }: PushMessage): Promise<Delivered> {
    const usual = isUsualService(endpoint);
    return new Promise((resolve) => {
      const asked = request(endpoint, {
        agent: usual ? this.#usual : this.#others,
        method: 'POST',
        lookup: usual ? this.#lookupUsual : this.#lookupOther,
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
    this.#usual.destroy();
    this.#others.destroy();
    this.#resolver.cancel();
  }

  /** The connection goes to the address that was looked at, and to no other. */
  #lookup(ask: (name: string) => Promise<readonly string[]>): LookupFunction {
    return (name, options, done) => {
      ask(name).then(
        (found) => {
          const addresses = found
            .filter((address) => this.#ports.mayReach(address))
            .map((address) => ({ address, family: isIP(address) }));
          const [first] = addresses;
          if (!first) done(new Error('not a public address'), '', 4);
          else if (options.all) done(null, addresses);
          else done(null, first.address, first.family);
        },
        (error: Error) => done(error, '', 4),
      );
    };
  }

  /**
   * Past the system's resolver: a question to it holds one of the process's few threads for as long as the owner of a
   * name likes, and whoever subscribes may name any.
   */
  async #addressesOf(name: string): Promise<readonly string[]> {
    const [four, six] = await Promise.allSettled([
      this.#resolver.resolve4(name),
      this.#resolver.resolve6(name),
    ]);
    return [four, six].flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  }
}

function outcome(status: number, retryAfter: string | undefined): Delivered {
  if (status >= 200 && status < 300) return 'taken';
  if (status === 404 || status === 410) return 'gone';
  const seconds = Number(retryAfter);
  if (status === 429 || status >= 500) return { later: seconds > 0 ? seconds * 1_000 : 0 };
  return 'refused';
}
