/**
 * Connections to hosts by name, from Node. Where a host is, is asked in one order: the system's resolver; what was
 * found or told before, where that denies the name, is silent or leads astray; and the system's nameservers over TCP
 * (RFC 7766), with which fewer censors meddle. Who answers at any of them shows a certificate for the name.
 */
import { createHash } from 'node:crypto';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { type Clock, pause } from '../../clock.ts';
import { pinOf } from '../carrier.ts';
import { TYPE } from '../dns/message.ts';
import type { Ask } from '../dns/resolver.ts';
import type { KnownAddresses } from './known-addresses.ts';
import { type Resolve, systemResolver } from './system-resolver.ts';

/** Before the next is asked, or tried, beside one that brings nothing, in ms. */
const PATIENCE = 1_500;
/** For the first packet of one address among several to be answered, in ms. */
const ADDRESS_PATIENCE = 1_000;
/** Sessions of TLS that may be taken up again (count): one each, so that none is seen twice (RFC 8446 appendix C.4). */
const SESSIONS = 64;

export interface DialerOptions {
  readonly known: KnownAddresses;
  /** Asks the system's nameservers. */
  readonly ask: Ask;
  readonly clock: Clock;
  /** The system's resolver. */
  readonly resolve?: Resolve;
}

interface Destination {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly pin: string | undefined;
}

export class Dialer {
  readonly #options: Required<DialerOptions>;
  readonly #sessions = new Map<string, Buffer>();

  constructor(options: DialerOptions) {
    this.#options = { resolve: systemResolver(), ...options };
  }

  /** Connects to an endpoint's host: with `https` by TLS, its certificate seen and right. Rejects if that fails, or with the signal's reason. */
  connect(endpoint: string, signal: AbortSignal): Promise<Socket> {
    const { hostname, port, protocol } = new URL(endpoint);
    const host = hostname.replace(/^\[|\]$/g, '');
    const secure = protocol === 'https:';
    const usual = secure ? 443 : 80;
    const to = { host, port: port === '' ? usual : Number(port), secure, pin: pinOf(endpoint) };
    // Without TLS nobody shows who they are, so nothing else than the system's word is gone by.
    return isIP(host) !== 0 || !secure ? this.#open(to, null, signal) : this.#byName(to, signal);
  }

  async #byName(to: Destination, signal: AbortSignal): Promise<Socket> {
    const { known, ask, clock, resolve } = this.#options;
    const { host } = to;
    const over = new AbortController();
    const ended = AbortSignal.any([signal, over.signal]);
    const tried = new Set<string>();
    let won: Socket | undefined;
    let believed = false;
    const open = async (addresses: readonly string[]): Promise<Socket> => {
      const others = addresses.filter((address) => !tried.has(address));
      if (others.length === 0) throw new Error('no other address is known');
      for (const address of others) tried.add(address);
      const socket = await this.#open(to, others, ended);
      if (won) socket.destroy();
      won ??= socket;
      return socket;
    };
    const steps = [
      async () => {
        const addresses = await aborting(resolve(host), ended);
        believed = true;
        return open(addresses).finally(() => {
          believed = false;
        });
      },
      async () => open(await known.of(host)),
      async () => {
        // A line that is slow and nothing else.
        if (believed) throw new Error('the resolver has answered');
        return open(await addressesOverTcp(host, ask, ended));
      },
    ];
    let before: Promise<void> = Promise.resolve();
    const all = steps.map(async (step, index) => {
      const turn = before;
      const done = Promise.withResolvers<void>();
      before = done.promise;
      try {
        if (index > 0) await Promise.race([turn, pause(clock, PATIENCE * index, ended)]);
        if (won) throw new Error('another step was faster');
        ended.throwIfAborted();
        return await step();
      } finally {
        done.resolve();
      }
    });
    try {
      const socket = await Promise.any(all);
      void known.proved(host, socket.remoteAddress ?? host);
      return socket;
    } catch {
      signal.throwIfAborted();
      throw new Error('no address of this name leads to it');
    } finally {
      over.abort();
    }
  }

  /** @param addresses of the host, tried one after the other; null to leave that to the system */
  #open(
    { host, port, secure, pin }: Destination,
    addresses: readonly string[] | null,
    signal: AbortSignal,
  ): Promise<Socket> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const key = `${host}:${port}`;
      const where = {
        ...{ host, port, autoSelectFamily: true, noDelay: true },
        ...(addresses && { lookup: told(addresses) }),
        autoSelectFamilyAttemptTimeout: ADDRESS_PATIENCE,
      };
      const session = pin === undefined ? this.#sessions.get(key) : undefined;
      this.#sessions.delete(key);
      const socket = secure
        ? connectTls({
            ...where,
            ...(isIP(host) === 0 && { servername: host }),
            ...(session && { session }),
            // Where a certificate is pinned, its hash below is all that is asked of it.
            rejectUnauthorized: pin === undefined,
          })
        : connectTcp(where);
      const abort = (): void => void socket.destroy();
      signal.addEventListener('abort', abort, { once: true });
      const fail = (error?: Error): void => {
        signal.removeEventListener('abort', abort);
        reject(signal.aborted ? signal.reason : (error ?? new Error('closed')));
      };
      socket.on('error', fail);
      socket.on('close', () => fail());
      socket.on('session', (one: Buffer) => this.#keep(key, one));
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        if (pin !== undefined && pin !== shownBy(socket as TLSSocket)) {
          return void socket.destroy(new Error('another certificate'));
        }
        signal.removeEventListener('abort', abort);
        resolve(socket);
      });
    });
  }

  #keep(key: string, session: Buffer): void {
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
  }
}

function shownBy(socket: TLSSocket): string {
  return createHash('sha256').update(socket.getPeerCertificate().raw).digest('base64url');
}

/** Of both families, whichever are answered. Rejects if none is. */
async function addressesOverTcp(host: string, ask: Ask, signal: AbortSignal): Promise<string[]> {
  const askFor = async (type: number): Promise<string[]> => {
    const { records } = await ask({ name: host, type, most: null }, 'tcp', signal);
    return records.flatMap((data) => addressIn(type, Buffer.from(data)));
  };
  const [four, six] = await Promise.allSettled([askFor(TYPE.A), askFor(TYPE.AAAA)]);
  const found = [four, six].flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  if (found.length === 0) throw new Error('no nameserver knows this name');
  return found;
}

function addressIn(type: number, data: Buffer): string[] {
  if (type === TYPE.A) return data.length === 4 ? [data.join('.')] : [];
  if (data.length !== 16) return [];
  return [Array.from({ length: 8 }, (_, at) => data.readUInt16BE(2 * at).toString(16)).join(':')];
}

/** A resolver whose answer is known. */
function told(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, { all: wanted }, done) => {
    const [one] = all;
    if (wanted) done(null, all);
    else done(one ? null : new Error('no address'), one?.address ?? '', one?.family);
  };
}

function aborting<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
